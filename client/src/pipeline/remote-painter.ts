import type { Frame } from '../frame.js';
import type { Painter, PainterEvents } from './canvas-painter.js';
import type { FromWorker } from './messages.js';

/** Hands bitmaps to the page, which draws the newest: for browsers without OffscreenCanvas. */
export class RemotePainter implements Painter<Frame> {
  readonly #post: (message: FromWorker, transfer: Transferable[]) => void;
  readonly #events: PainterEvents<Frame>;
  /** The page answers for each, so they are as few as the page holds: the one being drawn and the one that waits. */
  readonly #given = new Map<number, Frame>();
  #lastId = 0;

  constructor(post: (message: FromWorker, transfer: Transferable[]) => void, events: PainterEvents<Frame>) {
    this.#post = post;
    this.#events = events;
  }

  put(bitmap: ImageBitmap, frame: Frame): void {
    const id = ++this.#lastId;
    this.#given.set(id, frame);
    this.#post({ type: 'bitmap', id, bitmap }, [bitmap]);
  }

  /** The page knows itself when it is hidden. */
  clear(): void {}

  /** @param paintedAt ms since 1970; undefined: it was dropped for a newer one */
  done(id: number, paintedAt: number | undefined): void {
    const frame = this.#given.get(id);
    if (frame === undefined) return;
    this.#given.delete(id);
    if (paintedAt === undefined) this.#events.dropped(frame);
    else this.#events.painted(frame, paintedAt - performance.timeOrigin);
  }
}
