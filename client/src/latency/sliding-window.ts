interface Entry {
  at: number;
  value: number;
}

/** Numbers of the last `windowMs`, and what can be said about them. Times never fall. */
export class SlidingWindow {
  readonly #windowMs: number;
  readonly #entries: Entry[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(value: number, at: number): void {
    this.#prune(at);
    this.#entries.push({ at, value });
  }

  /** Sum a second over the window, or over the time since `startedAt` if that is shorter; what was before is left out. */
  perSecond(now: number, startedAt: number): number {
    this.#prune(now);
    const sum = this.#entries.reduce((total, { at, value }) => (at < startedAt ? total : total + value), 0);
    const ms = Math.min(this.#windowMs, now - startedAt);
    return ms <= 0 ? 0 : (sum / ms) * 1000;
  }

  /** By nearest rank; undefined when the window is empty. */
  percentiles(now: number): { p50: number; p95: number } | undefined {
    this.#prune(now);
    const sorted = this.#entries.map(entry => entry.value).sort((a, b) => a - b);
    const p50 = sorted[Math.ceil(sorted.length * 0.5) - 1];
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
    return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
  }

  #prune(now: number): void {
    const oldest = now - this.#windowMs;
    while ((this.#entries[0]?.at ?? Infinity) <= oldest) this.#entries.shift();
  }
}
