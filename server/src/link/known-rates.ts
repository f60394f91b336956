/** What a path was found to carry, and how long it is. */
export interface KnownPath {
  /** Bytes per ms. */
  readonly rate: number;
  /** There and back when it is empty, ms. */
  readonly rttMs: number;
}

/** The paths to one address, as one connection sees them. */
export interface RateMemory {
  /** @returns what its path carried when it was last seen, bytes per ms; undefined: not known. */
  recall(): number | undefined;
  learn(path: KnownPath): void;
}

export const NO_MEMORY: RateMemory = { recall: () => undefined, learn: () => undefined };

/** A laptop that moves to another network usually gets another address; after this it is asked anew, ms. */
const FORGET_MS = 10 * 60_000;

/** Addresses; those that were not heard of for longest are forgotten first. */
const MOST_ADDRESSES = 512;

/** Of several paths to one address at the same time the slowest counts, ms. */
const SAME_TIME_MS = 5000;

/**
 * Everybody behind a proxy has its address, and so has this machine. How long the path is tells them apart: a round trip
 * of more than twice the other, and this on top for event loops, is another path, ms.
 */
const SAME_WAY_MS = 5;

interface Known extends KnownPath {
  readonly at: number;
}

/** What the paths to recent viewers carried, by their addresses. Times in ms on any one clock. */
export class KnownRates {
  readonly #byAddress = new Map<string, Known>();

  /** @param rttMs the shortest round trip over this connection that is known yet. @param now tells the time. */
  of(address: string, rttMs: () => number | undefined, now: () => number): RateMemory {
    return {
      recall: () => this.recall(address, rttMs(), now()),
      learn: path => this.learn(address, path, now()),
    };
  }

  learn(address: string, path: KnownPath, now: number): void {
    const known = this.#byAddress.get(address);
    if (known !== undefined && known.rate < path.rate && now - known.at < SAME_TIME_MS) return;
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { ...path, at: now });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
  }

  /** @returns bytes per ms; undefined where nothing is known of a path of that length, or its length is not. */
  recall(address: string, rttMs: number | undefined, now: number): number | undefined {
    const known = this.#byAddress.get(address);
    if (known === undefined || rttMs === undefined || now - known.at > FORGET_MS) return undefined;
    const [short, long] = [Math.min(rttMs, known.rttMs), Math.max(rttMs, known.rttMs)];
    return long <= 2 * short + SAME_WAY_MS ? known.rate : undefined;
  }
}
