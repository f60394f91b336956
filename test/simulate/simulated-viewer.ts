import type { Ack } from '@framewire/shared/ack';
import type { ViewerStats } from '@framewire/shared/control';
import type { Clock } from '../../server/src/clock.js';
import type { Stream } from '../../server/src/stream/stream.js';
import { Viewer, type Answer, type ViewerRequest, type ViewerTransport } from '../../server/src/viewer/viewer.js';
import type { EncodedFrame } from '../../server/src/frames.js';
import { AckPace } from '../../client/src/ack-pace.js';
import type { SimulatedLink } from './simulated-link.js';

/** One frame as it arrived. */
export interface Received {
  readonly at: number;
  /** Capture to whole frame arrived, ms. */
  readonly ageMs: number;
  readonly bytes: number;
  readonly width: number;
  readonly rendition: number;
}

/** A viewer's clock began at another time than the server's. */
const OTHER_ZERO_MS = 123_456;

/** The real `Viewer`, behind a link that exists only in virtual time. */
export class SimulatedViewer implements ViewerTransport {
  readonly viewer: Viewer;
  readonly received: Received[] = [];
  /** What was chosen, and when. */
  readonly choices: { at: number; name: string; why: string }[] = [];
  readonly stalledAt: number[] = [];
  readonly #clock: Clock;
  readonly #link: SimulatedLink;
  readonly #ackPace = new AckPace();

  constructor(clock: Clock, link: SimulatedLink) {
    this.#clock = clock;
    this.#link = link;
    this.viewer = new Viewer(this, clock);
  }

  watch(stream: Stream, request: ViewerRequest): void {
    this.viewer.watch(stream, request);
  }

  send(frame: EncodedFrame): void {
    let headerAt = 0;
    this.#link.send(frame.headerBytes.length, () => {
      headerAt = this.#clock.now();
    });
    this.#link.send(frame.payload.length, () => this.#receive(frame, headerAt));
  }

  isClogged(): boolean {
    return false;
  }

  chosen(_: Stream, { rendition: { width, height, quality }, why }: Answer): void {
    const name = `${width}x${height} q${quality}`;
    if (this.choices.at(-1)?.name !== name) this.choices.push({ at: this.#clock.now(), name, why });
  }

  source(): void {
    // The camera never fails.
  }

  stats(_stats: ViewerStats): void {
    // Read from the viewer itself.
  }

  acknowledgeEvery(every: number, slowMs: number): void {
    this.#link.send(0, () => this.#say(this.#ackPace.allow({ every, slowMs })));
  }

  stalled(): void {
    this.stalledAt.push(this.#clock.now());
  }

  #receive({ header, payload }: EncodedFrame, headerAt: number): void {
    const now = this.#clock.now();
    const { capturedAt, width, rendition, seq } = header;
    this.received.push({ at: now, ageMs: now - capturedAt, bytes: payload.length, width, rendition });
    const ack: Ack = {
      hidden: false,
      decodeError: false,
      needsKey: false,
      decodeQueue: 0,
      clientDropped: 0,
      seq,
      receivedAt: now + OTHER_ZERO_MS,
      payloadMs: now - headerAt,
      drawnSeq: seq,
      drawLagMs: 0,
    };
    this.#say(this.#ackPace.arrived(ack));
  }

  #say(ack: Ack | undefined): void {
    if (ack !== undefined) this.#link.answer(() => this.viewer.acknowledge(ack));
  }
}
