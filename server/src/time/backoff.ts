const FIRST_MS = 1000;
const LONGEST_MS = 10_000;

/** What has worked for so long is in order: when it fails then, that is a first failure again, ms. */
const STEADY_MS = 10_000;

/**
 * How long to wait before trying again: 1, 2, 4, 8, 10, 10 ... s after failures in a row. What works only for a moment
 * does not end the row, or something that fails soon after each start would be started every second for ever.
 * Without jitter: each source has one engine, there is no herd to spread.
 */
export class Backoff {
  readonly #longestMs: number;
  #failures = 0;
  #worksSince: number | undefined;

  /** @param longestMs bounds every wait, ms. */
  constructor(longestMs = LONGEST_MS) {
    this.#longestMs = longestMs;
  }

  /** Whether it failed since `reset`. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  /** It works. @param now ms, on any clock that never goes back. */
  worked(now: number): void {
    this.#worksSince ??= now;
  }

  /** It has failed. @returns how long to wait, ms. */
  failed(now: number): number {
    if (this.#worksSince !== undefined && now - this.#worksSince >= STEADY_MS) this.#failures = 0;
    this.#worksSince = undefined;
    this.#failures += 1;
    return Math.min(this.#longestMs, LONGEST_MS, FIRST_MS * 2 ** (this.#failures - 1));
  }

  reset(): void {
    this.#failures = 0;
    this.#worksSince = undefined;
  }
}
