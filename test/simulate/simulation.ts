import { DEFAULT_VIEWER_REQUEST, type ViewerRequest } from '../../server/src/viewer/viewer.js';
import { seededRandom } from '../support/random.js';
import { rateOf, type RatePlan } from './rate-plan.js';
import { SimulatedLink } from './simulated-link.js';
import { simulatedStream } from './simulated-stream.js';
import { SimulatedViewer, type Busy, type Teller } from './simulated-viewer.js';
import { VirtualClock } from './virtual-clock.js';

export interface Scenario {
  readonly plan: RatePlan;
  readonly rttMs: number;
  readonly jitterMs: number;
  /** The queue before the narrowest place, ms: a greedy neighbour fills it. */
  readonly queueMs: number;
  /** What a token bucket lets through at once when it is full, bytes; 0: no bucket. */
  readonly burst: number;
  /** When a greedy neighbour begins, ms; Infinity: never. */
  readonly crossFrom: number;
  readonly viewers: number;
  readonly seconds: number;
  readonly request: Partial<ViewerRequest>;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** How much heavier the pictures are than a typical street. */
  readonly weight: number;
  /** By which part they get heavier and lighter than that. */
  readonly swing: number;
  readonly seed: number;
  /** How the viewers' threads are kept from reading. */
  readonly busy: Busy;
  readonly teller: Teller;
}

export const DEFAULT_SCENARIO: Scenario = {
  plan: [{ from: 0, bytesPerMs: 625 }],
  rttMs: 40,
  jitterMs: 0,
  queueMs: 400,
  burst: 0,
  crossFrom: Infinity,
  viewers: 1,
  seconds: 30,
  request: {},
  width: 1280,
  height: 720,
  fps: 30,
  weight: 1,
  swing: 0.25,
  seed: 1,
  busy: { forMs: 0, everyMs: Infinity, stepMs: 0 },
  teller: 'viewer',
};

/** What came of each tenth of a second, of the first viewer. */
export interface Moment {
  readonly at: number;
  readonly linkRate: number;
  readonly believedRate: number | undefined;
  readonly queueMs: number;
  readonly rung: number;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly viewers: readonly SimulatedViewer[];
  readonly moments: readonly Moment[];
  /** Frames encoded, in all renditions. */
  readonly encodes: number;
  /** What the first viewer is told at the end, as in the protocol's `stats`. */
  readonly viewerFps: number | null;
  /** The most renditions that were in use at the same time. */
  readonly renditions: number;
}

const MOMENT_MS = 100;

/** A neighbour that fills the queue, backs off to half of it when it overflows, and fills it again in this time, ms. */
const CROSS_MS = 2000;

/** Runs the server's own stream and viewers over a link in virtual time: the same scenario gives the same outcome. */
export function simulate(scenario: Scenario): Outcome {
  const clock = new VirtualClock();
  const random = seededRandom(scenario.seed);
  const rate = rateOf(scenario.plan);
  const { crossFrom, queueMs, rttMs, jitterMs, burst } = scenario;
  const crossMs = (time: number) =>
    time < crossFrom ? 0 : queueMs * (0.5 + 0.5 * (((time - crossFrom) % CROSS_MS) / CROSS_MS));
  const link = new SimulatedLink(clock, { rate, rttMs, jitterMs, crossMs, burst, random });
  const { stream, encodes } = simulatedStream(clock, { ...scenario, random });
  const viewers = Array.from({ length: scenario.viewers }, () => new SimulatedViewer(clock, link, scenario));
  viewers.forEach((viewer, index) => {
    clock.at(index * 10, () => viewer.watch(stream, { ...DEFAULT_VIEWER_REQUEST, ...scenario.request }));
  });
  const moments: Moment[] = [];
  let renditions = 0;
  for (let at = 0; at < scenario.seconds * 1000; at += MOMENT_MS) {
    clock.runUntil(at);
    const [first] = viewers;
    if (first === undefined) break;
    const { link: known } = first.viewer.stats(stream);
    renditions = Math.max(renditions, stream.info.renditions.length);
    moments.push({
      at,
      linkRate: rate.at(at),
      believedRate: known.bitsPerSecond === null ? undefined : known.bitsPerSecond / 8000,
      queueMs: known.queueMs ?? 0,
      rung: known.rung,
    });
    if (at % 1000 === 0) for (const { viewer } of viewers) viewer.tick();
  }
  for (const viewer of viewers) viewer[Symbol.dispose]();
  const viewerFps = viewers[0]?.viewer.stats(stream).viewerFps ?? null;
  return { scenario, viewers, moments, encodes: encodes(), viewerFps, renditions };
}
