import { Latest } from '@framewire/shared/latest';
import type { Frame } from '../frame.js';

/** What became of each frame that was put in; one of the three, once. */
export interface JpegDecoderEvents {
  /** The bitmap belongs to the listener, who closes it. */
  decoded(frame: Frame, bitmap: ImageBitmap): void;
  /** A newer frame came before this one's turn. */
  skipped(frame: Frame): void;
  failed(frame: Frame, error: unknown): void;
}

/** Decodes one JPEG at a time off the thread that it is called on; of those that come meanwhile only the newest. */
export class JpegDecoder {
  readonly #events: JpegDecoderEvents;
  readonly #waiting = new Latest<Frame>();
  #isBusy = false;

  constructor(events: JpegDecoderEvents) {
    this.#events = events;
  }

  /** Frames put in and not yet decoded: 0, 1 or 2. */
  get queue(): number {
    return Number(this.#isBusy) + Number(!this.#waiting.isEmpty);
  }

  put(frame: Frame): void {
    const older = this.#waiting.put(frame);
    if (older !== undefined) this.#events.skipped(older);
    if (!this.#isBusy) void this.#decodeWaiting();
  }

  async #decodeWaiting(): Promise<void> {
    this.#isBusy = true;
    for (let frame = this.#waiting.take(); frame !== undefined; frame = this.#waiting.take()) {
      let bitmap: ImageBitmap;
      try {
        bitmap = await createImageBitmap(frame.blob());
      } catch (error) {
        this.#events.failed(frame, error);
        continue;
      }
      this.#events.decoded(frame, bitmap);
    }
    this.#isBusy = false;
  }
}
