import type { Size } from '@framewire/shared/rendition';

/** One reason why there is no picture, and what is shown in its place. */
export class Loss {
  readonly reason: string;
  readonly #draw: (size: Size) => Promise<Uint8Array | undefined>;
  readonly #drawn = new Map<string, Promise<Uint8Array | undefined>>();

  /** @param draw makes a whole JPEG of that size; undefined when it cannot. */
  constructor(reason: string, draw: (size: Size) => Promise<Uint8Array | undefined>) {
    this.reason = reason;
    this.#draw = draw;
  }

  /** @returns a whole JPEG of that size, drawn for the first who asks and shared by all; undefined without one. */
  placeholder({ width, height }: Size): Promise<Uint8Array | undefined> {
    const key = `${width}x${height}`;
    let drawing = this.#drawn.get(key);
    if (drawing === undefined) {
      drawing = this.#draw({ width, height }).then(drawn => {
        // What failed is tried again for the next who asks.
        if (drawn === undefined) this.#drawn.delete(key);
        return drawn;
      });
      this.#drawn.set(key, drawing);
    }
    return drawing;
  }
}
