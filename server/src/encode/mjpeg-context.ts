import {
  AVCOL_RANGE_JPEG,
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUV420P,
  FF_ENCODER_MJPEG,
  FF_THREAD_SLICE,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Packet, Rational } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';

/** One of FFmpeg's mjpeg encoders, opened when it is needed. Calls come one after the other. */
export class MjpegContext implements Disposable {
  readonly #size: Size;
  readonly #lambda: number;
  readonly #threads: number;
  readonly #packet = new Packet();
  readonly #context = new CodecContext();
  #opened: Promise<void> | undefined;
  #pts = 0n;

  /** @param lambda FFmpeg's quantiser, in its own unit. @param threads as many slices of each picture. */
  constructor(size: Size, lambda: number, threads: number) {
    this.#size = size;
    this.#lambda = lambda;
    this.#threads = threads;
    this.#packet.alloc();
  }

  /** @param frame YUV 4:2:0 of just the size, borrowed. @returns a whole JPEG, owned by the caller. */
  async encode(frame: Frame): Promise<Uint8Array> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      // What was short once, memory or threads, may be there for the next picture.
      this.#context.freeContext();
      this.#opened = undefined;
      throw error;
    });
    await this.#opened;
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

  /** Encodes an empty picture, so that FFmpeg has the memory that it asks for with the first one. */
  async warmUp(): Promise<void> {
    using frame = new Frame();
    frame.alloc();
    frame.width = this.#size.width;
    frame.height = this.#size.height;
    frame.format = AV_PIX_FMT_YUV420P;
    check(frame.getBuffer());
    frame.colorRange = AVCOL_RANGE_JPEG;
    await this.encode(frame);
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
    this.#packet.free();
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
    context.threadCount = this.#threads;
    context.threadType = FF_THREAD_SLICE;
    // Huffman tables made for each picture save 10 % of the bytes and cost 20 % more time: here time wins.
    check(await context.open2(codec, Dictionary.fromObject({ huffman: 'default' })));
  }
}

function check(result: number): void {
  if (result < 0) throw new Error(`FFmpeg's mjpeg encoder failed (${result}).`);
}
