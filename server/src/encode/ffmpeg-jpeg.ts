import { AV_PIX_FMT_YUV420P, FF_QP2LAMBDA } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { MjpegContext } from './mjpeg-context.js';
import type { PixelEncoder } from './pixel-encoder.js';
import { Scaler } from './scaler.js';
import { SLICES } from './slices.js';

/**
 * FFmpeg's quantiser scale (1 best - 31) for IJG qualities from the first of each pair on: the one whose bytes come
 * nearest to those of libjpeg on a street scene. Within 15 % of them at 640x360, 1280x720 and 1920x1080; above 81 one
 * step is too far from the next for all three.
 */
const QUANTISERS: readonly (readonly [quality: number, quantiser: number])[] = [
  [11, 31], [12, 30], [13, 27], [14, 24], [15, 22], [16, 20], [17, 19], [18, 17], [19, 16], [20, 15], [21, 14], [23, 13],
  [24, 12], [26, 11], [28, 10], [32, 9], [35, 8], [40, 7], [46, 6], [56, 5], [65, 4], [75, 3],
]; // prettier-ignore
const BEST_QUALITY = 81;

/** Whether FFmpeg's encoder has a step near this quality. */
export function ffmpegReaches(quality: number): boolean {
  return quality >= 11 && quality <= BEST_QUALITY;
}

/** @param quality 11-81. */
export function quantiserFor(quality: number): number {
  return QUANTISERS.findLast(([from]) => quality >= from)?.[1] ?? 31;
}

/**
 * FFmpeg's mjpeg encoder, in FFmpeg's own threads so that the engine's event loop goes on reading the source.
 *
 * With several threads it takes and clears room for the largest JPEG there could be before its first picture: 54 MB for
 * 3840x2160, 70 ms; with one thread it does not. So the first pictures are encoded in one thread, while the encoder for
 * all others takes its memory beside them; for a single picture, a snapshot, it never does.
 */
export class FfmpegJpegEncoder implements PixelEncoder<Frame> {
  readonly #scaler: Scaler;
  readonly #single: MjpegContext;
  readonly #sliced: MjpegContext | undefined;
  #slicing: 'cold' | 'warming' | 'warm' = 'cold';
  #isFirst = true;
  #isDisposed = false;

  /** @param quality 11-81 on IJG's scale. */
  constructor(size: Size, quality: number) {
    const lambda = quantiserFor(quality) * FF_QP2LAMBDA;
    // A slice is at least one row of blocks.
    const slices = Math.min(SLICES, Math.ceil(size.height / 16));
    this.#scaler = new Scaler(size, AV_PIX_FMT_YUV420P);
    this.#single = new MjpegContext(size, lambda, 1);
    this.#sliced = slices > 1 ? new MjpegContext(size, lambda, slices) : undefined;
  }

  async encode(pixels: Frame): Promise<Uint8Array> {
    if (!this.#isFirst && this.#slicing === 'cold' && this.#sliced !== undefined) void this.#warmUp(this.#sliced);
    const frame = await this.#scaler.scale(pixels);
    const context = this.#slicing === 'warm' ? (this.#sliced ?? this.#single) : this.#single;
    const jpeg = await context.encode(frame);
    this.#isFirst = false;
    return jpeg;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#single[Symbol.dispose]();
    // Its memory must not go while a thread works in it.
    if (this.#slicing !== 'warming') this.#sliced?.[Symbol.dispose]();
    this.#scaler[Symbol.dispose]();
  }

  async #warmUp(sliced: MjpegContext): Promise<void> {
    this.#slicing = 'warming';
    try {
      await sliced.warmUp();
      this.#slicing = 'warm';
    } catch {
      // The next picture tries again; until then one thread does.
      this.#slicing = 'cold';
    }
    if (this.#isDisposed) sliced[Symbol.dispose]();
  }
}
