/** Wrong tokens that an address may send at once; one more every so often, ms: ten a minute. */
const FREE = 10;
const REFILL_MS = 6000;

/** Then it waits for so long, twice as long each time, ms. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

const MOST_ADDRESSES = 4096;

interface Tries {
  level: number;
  waitMs: number;
  /** When it may try again, ms. */
  until: number;
}

/**
 * Slows down who guesses. That cannot succeed, it only fills logs: so a right token is to pass whatever this says, and
 * nobody locks anybody else out. Pure.
 */
export class TryLimits {
  /** Least recent first. */
  readonly #addresses = new Map<string, Tries>();

  /**
   * Call for each wrong token.
   *
   * @param address whoever shares one waits together. @param now ms.
   * @returns how long this address has to wait, ms; 0 while it need not.
   */
  failed(address: string, now: number): number {
    const before = this.#addresses.get(address) ?? { level: 0, waitMs: 0, until: now };
    if (before.until > now) return before.until - now;
    const level = Math.max(0, before.level - (now - before.until) / REFILL_MS) + 1;
    const isFree = level <= FREE;
    const waitMs = isFree ? 0 : Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, before.waitMs * 2));
    // While it waits nothing is refilled, and what comes then counts for nothing.
    this.#keep(address, { level: isFree ? level : FREE, waitMs, until: now + waitMs });
    return waitMs;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#addresses.size;
  }

  #keep(address: string, tries: Tries): void {
    this.#addresses.delete(address);
    this.#addresses.set(address, tries);
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    const [oldest = ''] = this.#addresses.keys();
    this.#addresses.delete(oldest);
  }
}
