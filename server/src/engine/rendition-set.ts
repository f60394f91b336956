import type { RawFrame } from '../frames.js';
import { Rendition, type RenditionEvents, type RenditionIdentity, type RenditionOutput } from './rendition.js';

export interface RenditionSetOptions {
  readonly output: RenditionOutput;
  /** The newest picture, borrowed; undefined while there is none. */
  readonly newest: () => RawFrame | undefined;
  readonly warning: RenditionEvents['warning'];
  readonly failed: (id: number, ...failure: Parameters<RenditionEvents['failed']>) => void;
  readonly encoded: RenditionEvents['encoded'];
}

/**
 * All that is encoded from one source. Of renditions that have just been begun one at a time makes its first picture, and
 * only when the others have begun theirs: that opens an encoder as well, and when ten viewers come at once, each with
 * another size, everybody's pictures would wait for processors. Those that are dropped before it is their turn cost nothing.
 */
export class RenditionSet {
  readonly #options: RenditionSetOptions;
  /** In the order in which they were begun. */
  readonly #byId = new Map<number, Rendition>();
  /** The one whose first picture is under way; it may have been dropped meanwhile. */
  #beginner: Rendition | undefined;

  constructor(options: RenditionSetOptions) {
    this.#options = options;
  }

  /** Begins it where there is none of that number. @param fps as in `Rendition.want`. */
  want(identity: RenditionIdentity, fps: number): void {
    const rendition = this.#byId.get(identity.id) ?? this.#begin(identity);
    rendition.want(fps);
    const newest = this.#options.newest();
    if (newest === undefined) return;
    if (rendition.hasBegun) rendition.offer(newest);
    else if (!this.#isBusy()) this.#offerFirst(newest);
  }

  drop(id: number): void {
    const rendition = this.#byId.get(id);
    if (rendition === undefined) return;
    rendition.close();
    this.#byId.delete(id);
  }

  /** Call for each new picture. */
  offerNewest(): void {
    const newest = this.#options.newest();
    if (newest === undefined) return;
    this.#offerNext(newest);
    if (!this.#isBusy()) this.#offerFirst(newest);
  }

  /** Call when the output has become free: a picture is through, and whatever else is under way, nobody waits for ever. */
  offerAgain(): void {
    const newest = this.#options.newest();
    if (newest === undefined) return;
    this.#offerNext(newest);
    this.#offerFirst(newest);
  }

  #begin(identity: RenditionIdentity): Rendition {
    const { output, warning, failed, encoded } = this.#options;
    const rendition = new Rendition(identity, output, {
      warning,
      failed: (seq, reason) => failed(identity.id, seq, reason),
      encoded,
      idle: () => {
        if (this.#beginner === rendition) this.#beginner = undefined;
        this.offerAgain();
      },
    });
    this.#byId.set(identity.id, rendition);
    return rendition;
  }

  #offerNext(newest: RawFrame): void {
    for (const rendition of this.#byId.values()) if (rendition.hasBegun) rendition.offer(newest);
  }

  #offerFirst(newest: RawFrame): void {
    if (this.#beginner !== undefined) return;
    this.#beginner = [...this.#byId.values()].find(rendition => !rendition.hasBegun && rendition.offer(newest));
  }

  #isBusy(): boolean {
    return [...this.#byId.values()].some(({ isEncoding }) => isEncoding);
  }
}
