import type { Size } from '@framewire/shared/rendition';

/** One loss of a stream's source, until pictures come again: why, and what is shown in their place. */
export class Loss {
  /** Of its placeholder, in every rendition: it counts as one picture. */
  readonly seq: number;
  readonly #draw: (size: Size) => Promise<Uint8Array>;
  readonly #drawn = new Map<string, Promise<Uint8Array>>();

  constructor(seq: number, draw: (size: Size) => Promise<Uint8Array>) {
    this.seq = seq;
    this.#draw = draw;
  }

  /** @returns a whole JPEG of that size, drawn for the first who asks and shared by all. */
  placeholder({ width, height }: Size): Promise<Uint8Array> {
    const key = `${width}x${height}`;
    let drawing = this.#drawn.get(key);
    if (drawing === undefined) {
      drawing = this.#draw({ width, height });
      this.#drawn.set(key, drawing);
    }
    return drawing;
  }
}
