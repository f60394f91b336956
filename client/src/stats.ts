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

export interface ClientStats {
  /** Frames received a second, over the last 2 s. */
  fps: number;
  /** Payload bits a second, over the last 2 s. */
  bitsPerSecond: number;
  /** Frames received since subscribing; starts anew after a reconnect, as everything that is counted. */
  received: number;
  receivedBytes: number;
  /** Pictures captured since subscribing; undefined before the server's first report, which comes once a second. */
  captured: number | undefined;
  /** Viewers of the stream now; undefined before the server's first report. */
  viewers: number | undefined;
  latencyMs: LatencyStats;
  /**
   * Frames not shown, since subscribing. The server's: `rate` (more than the fps asked for), `superseded` (a newer
   * one came first), `skipped` (never encoded for anybody). `client`: received, and a newer one came before it
   * could be used.
   */
  dropped: { rate: number; superseded: number; skipped: number; client: number };
  /** How well the server's clock is known; `rttMs` is the smallest round trip of the last minute. */
  clock: { synced: boolean; rttMs: number | undefined };
}
