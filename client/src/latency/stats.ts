import { MOST_LATENCIES, type LatencyReport, type LinkStats, type ViewerStats } from '@framewire/shared/control';
import { SlidingWindow } from './sliding-window.js';

/** Two percentiles of a sliding window of 5 s, ms. */
export interface Percentiles {
  p50: number;
  p95: number;
}

/** Each stage is undefined while nothing is known: before the clocks are aligned, before the first frame or drawing. */
export interface LatencyStats {
  /** Capture -> encoded, on the server. */
  encode: Percentiles | undefined;
  /** Encoded -> payload arrived here. */
  network: Percentiles | undefined;
  /** Arrived -> drawn; known only where drawings are reported with `drawn()`. */
  draw: Percentiles | undefined;
  /** Capture -> arrived here. */
  received: Percentiles | undefined;
  /** Capture -> drawn: what people see. */
  total: Percentiles | undefined;
}

/** The figures of one connection. */
export interface ClientStats {
  /** Frames received a second, over the last 2 s. */
  fps: number;
  /** Payload bits a second, over the last 2 s. */
  bitsPerSecond: number;
  /** Frames received since connecting; starts anew after a reconnect, as everything that is counted. */
  received: number;
  /** Payload bytes received, likewise. */
  receivedBytes: number;
  /** Pictures captured while it watched; undefined before the server's first report, which comes once a second. */
  captured: number | undefined;
  /** Viewers of the stream now; undefined before the server's first report. */
  viewers: number | undefined;
  /** What the server knows of the path here; undefined before its first report. */
  link: LinkStats | undefined;
  /** Pictures a second that this viewer takes, where not its link but the viewer is the limit; else undefined. */
  viewerFps: number | undefined;
  /** Where the time goes from capture to drawing. */
  latencyMs: LatencyStats;
  /**
   * Frames not shown. The server's: `rate` (more than the fps asked for), `superseded` (a newer
   * one came first), `skipped` (never encoded in this rendition). `client`: received, and a newer one came before it
   * could be used.
   */
  dropped: { rate: number; superseded: number; skipped: number; client: number };
  /** How well the server's clock is known; `rttMs` is the smallest round trip of the last minute. */
  clock: { synced: boolean; rttMs: number | undefined };
}

const LATENCY_WINDOW_MS = 5000;
const RATE_WINDOW_MS = 2000;

/** What is measured of one frame when it has arrived; the server's part is undefined until the clocks are aligned. */
export interface ArrivalSample {
  bytes: number;
  receivedAt: number;
  encodeMs: number;
  ageMs: number | undefined;
}

/** Collects the figures of one connection. All times are ms on `performance.now()`. */
export class StatsMeter {
  #startedAt: number;
  #received = 0;
  #receivedBytes = 0;
  #clientDropped = 0;
  #server: ViewerStats | undefined;
  readonly #frames = new SlidingWindow(RATE_WINDOW_MS);
  readonly #bits = new SlidingWindow(RATE_WINDOW_MS);
  readonly #encode = new SlidingWindow(LATENCY_WINDOW_MS);
  readonly #network = new SlidingWindow(LATENCY_WINDOW_MS);
  readonly #receivedAge = new SlidingWindow(LATENCY_WINDOW_MS);
  readonly #draw = new SlidingWindow(LATENCY_WINDOW_MS);
  readonly #drawnAge = new SlidingWindow(LATENCY_WINDOW_MS);
  #untold: LatencyReport = { receivedMs: [], drawnMs: [] };

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Frames begin to flow, again: rates are counted from here, not over the time in which none could come. */
  flows(now: number): void {
    this.#startedAt = now;
  }

  arrived(sample: ArrivalSample): void {
    const { receivedAt, encodeMs, ageMs } = sample;
    this.#received++;
    this.#receivedBytes += sample.bytes;
    this.#frames.add(1, receivedAt);
    this.#bits.add(sample.bytes * 8, receivedAt);
    this.#encode.add(encodeMs, receivedAt);
    if (ageMs === undefined) return;
    this.#receivedAge.add(ageMs, receivedAt);
    this.#network.add(ageMs - encodeMs, receivedAt);
    note(this.#untold.receivedMs, ageMs);
  }

  /** @param ageMs capture -> drawn, where it is known */
  drawn(at: number, drawMs: number, ageMs: number | undefined): void {
    this.#draw.add(drawMs, at);
    if (ageMs === undefined) return;
    this.#drawnAge.add(ageMs, at);
    note(this.#untold.drawnMs, ageMs);
  }

  /** @returns what was measured since the last call; undefined when nothing was. */
  takeReport(): LatencyReport | undefined {
    const report = this.#untold;
    this.#untold = { receivedMs: [], drawnMs: [] };
    return report.receivedMs.length + report.drawnMs.length > 0 ? report : undefined;
  }

  dropped(count: number): void {
    this.#clientDropped += count;
  }

  server(stats: ViewerStats): void {
    this.#server = stats;
  }

  read(now: number, clock: ClientStats['clock']): ClientStats {
    const server = this.#server;
    return {
      fps: this.#frames.perSecond(now, this.#startedAt),
      bitsPerSecond: this.#bits.perSecond(now, this.#startedAt),
      received: this.#received,
      receivedBytes: this.#receivedBytes,
      captured: server?.captured,
      viewers: server?.viewers,
      link: server?.link,
      viewerFps: server?.viewerFps ?? undefined,
      latencyMs: {
        encode: this.#encode.percentiles(now),
        network: this.#network.percentiles(now),
        draw: this.#draw.percentiles(now),
        received: this.#receivedAge.percentiles(now),
        total: this.#drawnAge.percentiles(now),
      },
      dropped: { ...(server?.dropped ?? { rate: 0, superseded: 0, skipped: 0 }), client: this.#clientDropped },
      clock,
    };
  }
}

/** Clocks are aligned to a fraction of a millisecond: a picture may seem to come before it was taken. */
function note(latencies: number[], ms: number): void {
  if (latencies.length < MOST_LATENCIES) latencies.push(Math.max(0, Math.round(ms * 10) / 10));
}
