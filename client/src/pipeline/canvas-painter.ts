import { Latest } from '@framewire/shared/latest';

/** What became of each picture that was put in; one of the two, once. */
export interface PainterEvents<T> {
  /** @param at when it was drawn, ms on `performance.now()` */
  painted(picture: T, at: number): void;
  /** A newer one came before the screen was ready for this one, or it was cleared. */
  dropped(picture: T): void;
}

interface Undrawn<T> {
  bitmap: ImageBitmap;
  picture: T;
}

/** Takes decoded pictures, whose bitmaps it then owns: it, or whom it hands them to, closes every one. */
export interface Painter<T> {
  put(bitmap: ImageBitmap, picture: T): void;
  /**
   * Drops what was not drawn yet. To be called when the page is hidden: it would lie there until the page is seen
   * again, and then be old.
   */
  clear(): void;
}

/**
 * Draws the newest picture whenever the screen is about to be refreshed, in a page or in a worker with an
 * OffscreenCanvas. The canvas takes the size of the picture.
 */
export class CanvasPainter<T> implements Painter<T> {
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly #events: PainterEvents<T>;
  readonly #waiting = new Latest<Undrawn<T>>();
  #request: number | undefined;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, events: PainterEvents<T>) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('The canvas has no 2d context.');
    this.#canvas = canvas;
    this.#context = context;
    this.#events = events;
  }

  put(bitmap: ImageBitmap, picture: T): void {
    this.#drop(this.#waiting.put({ bitmap, picture }));
    this.#request ??= requestAnimationFrame(() => this.#paint());
  }

  clear(): void {
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
    this.#request = undefined;
    this.#drop(this.#waiting.take());
  }

  #drop(undrawn: Undrawn<T> | undefined): void {
    if (undrawn === undefined) return;
    undrawn.bitmap.close();
    this.#events.dropped(undrawn.picture);
  }

  #paint(): void {
    this.#request = undefined;
    const newest = this.#waiting.take();
    if (newest === undefined) return;
    const { bitmap, picture } = newest;
    const canvas = this.#canvas;
    // Setting a size clears the canvas, even to the same size.
    if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
    if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
    this.#context.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#events.painted(picture, performance.now());
  }
}
