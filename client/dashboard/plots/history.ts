export const HISTORY_MS = 60_000;

/** Longer than this without a sample and the line is broken: samples come once a second. */
const GAP_MS = 2500;

/** One second of the large picture. null: nothing was drawn, so there is nothing to tell. */
export interface Sample {
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  fps: number | null;
  bps: number | null;
  /** How long frames wait behind others on their way, and what the link carries. */
  queueMs: number | null;
  linkBps: number | null;
}

/** Columns of equal length, as a plot takes them. */
export interface Columns {
  /** Seconds before now, rising to 0. */
  at: number[];
  latencyP50Ms: (number | null)[];
  latencyP95Ms: (number | null)[];
  fps: (number | null)[];
  bps: (number | null)[];
  queueMs: (number | null)[];
  linkBps: (number | null)[];
}

/** A second in which nothing was drawn. */
export const NOTHING: Sample = {
  latencyP50Ms: null,
  latencyP95Ms: null,
  fps: null,
  bps: null,
  queueMs: null,
  linkBps: null,
};

/** The last minute of samples; older ones fall out when newer ones come. */
export class History {
  #samples: { at: number; sample: Sample }[] = [];

  /** @param now milliseconds on any clock that never goes back. */
  push(sample: Sample, now: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && now - last.at > GAP_MS) this.#samples.push({ at: last.at + 1, sample: NOTHING });
    this.#samples.push({ at: now, sample });
    this.#forget(now);
  }

  clear(): void {
    this.#samples = [];
  }

  columns(now: number): Columns {
    this.#forget(now);
    const samples = this.#samples;
    return {
      at: samples.map(({ at }) => (at - now) / 1000),
      latencyP50Ms: samples.map(({ sample }) => sample.latencyP50Ms),
      latencyP95Ms: samples.map(({ sample }) => sample.latencyP95Ms),
      fps: samples.map(({ sample }) => sample.fps),
      bps: samples.map(({ sample }) => sample.bps),
      queueMs: samples.map(({ sample }) => sample.queueMs),
      linkBps: samples.map(({ sample }) => sample.linkBps),
    };
  }

  #forget(now: number): void {
    const first = this.#samples.findIndex(({ at }) => now - at <= HISTORY_MS);
    this.#samples = first === -1 ? [] : this.#samples.slice(first);
  }
}
