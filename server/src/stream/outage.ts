import type { SourceState } from '@framewire/shared/control';
import type { Size } from '@framewire/shared/rendition';
import { encodedFrame, type EncodedFrame } from '../frames.js';
import type { SharedRendition } from './shared-rendition.js';

/** What numbers a placeholder: `capturedAt` is asked when it is drawn, ms on the monotonic clock. */
export interface PlaceholderNumbers {
  readonly stream: number;
  readonly seq: number;
  readonly capturedAt: () => number;
}

/** One reason why there is no picture, and the placeholders that say so. */
export class Outage {
  readonly reason: string;
  readonly #draw: (size: Size) => Promise<Uint8Array>;
  readonly #onWarning: (message: string) => void;
  readonly #drawn = new Map<string, Promise<Uint8Array | undefined>>();
  #isFailureTold = false;

  /**
   * @param draw makes a whole JPEG of that size.
   * @param onWarning is told once when it cannot.
   */
  constructor(reason: string, draw: (size: Size) => Promise<Uint8Array>, onWarning: (message: string) => void) {
    this.reason = reason;
    this.#draw = draw;
    this.#onWarning = onWarning;
  }

  /** @returns the placeholder for a rendition; undefined where none can be drawn. */
  async placeholder(
    { stream, seq, capturedAt }: PlaceholderNumbers,
    { id, spec }: SharedRendition,
  ): Promise<EncodedFrame | undefined> {
    const { codec, width, height } = spec;
    if (codec !== 'jpeg') return undefined;
    const payload = await this.#jpeg({ width, height });
    if (payload === undefined) return undefined;
    const picture = { codec, width, height, stream, rendition: id, seq } as const;
    const kind = { key: true, discardable: true, placeholder: true, refSeq: 0, encodeUs: 0 };
    return encodedFrame({ ...picture, ...kind, capturedAt: capturedAt(), payloadBytes: payload.length }, payload);
  }

  /** Drawn for the first who asks and shared by all of that size. */
  #jpeg(size: Size): Promise<Uint8Array | undefined> {
    const key = `${size.width}x${size.height}`;
    let drawing = this.#drawn.get(key);
    if (drawing === undefined) {
      drawing = this.#draw(size).catch((error: unknown) => {
        // What failed is tried again for the next who asks.
        this.#drawn.delete(key);
        if (!this.#isFailureTold) this.#onWarning(`The placeholder could not be drawn: ${String(error)}`);
        this.#isFailureTold = true;
        return undefined;
      });
      this.#drawn.set(key, drawing);
    }
    return drawing;
  }
}

/** Whether viewers would read the same. */
export function isSameLoss(a: SourceState, b: SourceState): boolean {
  return a.state === 'lost' && b.state === 'lost' && a.code === b.code && a.reason === b.reason;
}
