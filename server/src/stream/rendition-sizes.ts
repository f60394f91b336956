import { typicalBytes, type Rung } from './ladder.js';

/** Scenes change: what was measured longer ago than this is no better than a guess, ms. */
const FRESH_MS = 5000;

/** The weight of one frame in the mean. */
const WEIGHT = 0.2;

interface Measured {
  bytes: number;
  at: number;
}

/** How large the frames of a stream's renditions are: measured where they are encoded, guessed from there elsewhere. */
export class RenditionSizes {
  readonly #measured = new Map<string, Measured>();

  /** @param key of the rendition. @param now ms on any clock that `expected` is asked by as well. */
  observe(key: string, bytes: number, now: number): void {
    const known = this.#measured.get(key);
    if (known === undefined || now - known.at > FRESH_MS) {
      this.#forget(now);
      this.#measured.set(key, { bytes, at: now });
      return;
    }
    known.bytes += WEIGHT * (bytes - known.bytes);
    known.at = now;
  }

  /**
   * Bytes of a frame.
   *
   * @param near a rendition that is encoded now: the scene is as much heavier than the typical one
   * there as it will be here.
   */
  expected(rung: Pick<Rung, 'spec' | 'key'>, near: Pick<Rung, 'spec' | 'key'>, now: number): number {
    const measured = this.#fresh(rung.key, now);
    if (measured !== undefined) return measured;
    const typical = typicalBytes(rung.spec);
    const nearby = this.#fresh(near.key, now);
    return nearby === undefined ? typical : (nearby * typical) / typicalBytes(near.spec);
  }

  #fresh(key: string, now: number): number | undefined {
    const known = this.#measured.get(key);
    return known === undefined || now - known.at > FRESH_MS ? undefined : known.bytes;
  }

  #forget(now: number): void {
    for (const [key, { at }] of this.#measured) if (now - at > FRESH_MS) this.#measured.delete(key);
  }
}
