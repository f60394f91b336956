import {
  AVCOL_RANGE_JPEG,
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUV420P,
  FF_ENCODER_MJPEG,
  FF_QP2LAMBDA,
  FF_THREAD_SLICE,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Packet, Rational, type Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
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

/** FFmpeg's mjpeg encoder, in FFmpeg's own threads so that the engine's event loop goes on reading the source. */
export class FfmpegJpegEncoder implements PixelEncoder<Frame> {
  readonly #size: Size;
  readonly #lambda: number;
  readonly #scaler: Scaler;
  readonly #packet = new Packet();
  readonly #context = new CodecContext();
  #opened: Promise<void> | undefined;
  #pts = 0n;

  /** @param quality 11-81 on IJG's scale. */
  constructor(size: Size, quality: number) {
    this.#size = size;
    this.#lambda = quantiserFor(quality) * FF_QP2LAMBDA;
    this.#scaler = new Scaler(size, AV_PIX_FMT_YUV420P);
    this.#packet.alloc();
  }

  async encode(pixels: Frame): Promise<Uint8Array> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      // What was short once, memory or threads, may be there for the next picture.
      this.#context.freeContext();
      this.#opened = undefined;
      throw error;
    });
    await this.#opened;
    const frame = await this.#scaler.scale(pixels);
    frame.quality = this.#lambda;
    this.#pts += 1n;
    frame.pts = this.#pts;
    check(await this.#context.sendFrame(frame));
    // The work is done in sendFrame; this only fetches the result and needs no thread.
    check(this.#context.receivePacketSync(this.#packet));
    const { data } = this.#packet;
    if (data === null) throw new Error('The encoder gave no data.');
    const jpeg = Buffer.from(data);
    this.#packet.unref();
    return jpeg;
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
    this.#packet.free();
    this.#scaler[Symbol.dispose]();
  }

  async #open(): Promise<void> {
    const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG);
    if (codec === null) throw new Error('This FFmpeg has no mjpeg encoder.');
    const context = this.#context;
    context.allocContext3(codec);
    context.width = this.#size.width;
    context.height = this.#size.height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = new Rational(1, 1000);
    context.setFlags(AV_CODEC_FLAG_QSCALE);
    context.globalQuality = this.#lambda;
    // A slice is at least one row of blocks.
    context.threadCount = Math.min(SLICES, Math.ceil(this.#size.height / 16));
    context.threadType = FF_THREAD_SLICE;
    // Huffman tables made for each picture save 10 % of the bytes and cost 20 % more time: here time wins.
    check(await context.open2(codec, Dictionary.fromObject({ huffman: 'default' })));
  }
}

function check(result: number): void {
  if (result < 0) throw new Error(`FFmpeg's mjpeg encoder failed (${result}).`);
}
