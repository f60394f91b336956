import { AVERROR_EAGAIN, AV_CODEC_FLAG_LOW_DELAY, FF_THREAD_SLICE } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, type CodecParameters, type Packet } from 'node-av/lib';
import { FramewireError } from '../../errors.js';
import './silent-log.js';

/**
 * One FFmpeg decoder. Its calls come one after the other, whoever makes them: flushing or freeing it while another
 * thread decodes would end the process.
 */
export class Decoder {
  readonly #context: CodecContext;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(context: CodecContext) {
    this.#context = context;
  }

  /**
   * @param parameters of the stream; borrowed for this call.
   * @param isStrict damaged data is no picture, else FFmpeg conceals what it can.
   * @throws FramewireError source-unreadable
   */
  static async open(parameters: CodecParameters, what: string, isStrict = false): Promise<Decoder> {
    const codec = Codec.findDecoder(parameters.codecId);
    if (codec === null) throw new FramewireError('source-unreadable', `The video codec of ${what} is unknown.`);
    const context = new CodecContext();
    context.allocContext3(codec);
    const taken = context.parametersToContext(parameters);
    // Slices and not frames: with frame threads every picture would wait for the next ones.
    context.threadType = FF_THREAD_SLICE;
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    const options = isStrict ? Dictionary.fromObject({ err_detect: 'explode' }) : null;
    if (taken < 0 || (await context.open2(codec, options)) < 0) {
      context.freeContext();
      throw new FramewireError('source-unreadable', `The pictures of ${what} cannot be decoded.`);
    }
    return new Decoder(context);
  }

  /**
   * Decodes one packet. The caller frees the frame.
   *
   * @param packet null at the end of a file, until nothing is left in the decoder. Borrowed.
   * @returns undefined when there was no picture, and once it is closed.
   */
  decode(packet: Packet | null): Promise<Frame | undefined> {
    return this.#inTurn(() => this.#decode(packet));
  }

  /** Forgets all that it holds: the next packet is from elsewhere in the file. */
  flush(): Promise<void> {
    return this.#inTurn(() => {
      if (!this.#isClosed) this.#context.flushBuffers();
    });
  }

  /** From now on FFmpeg conceals what is damaged. */
  conceal(): Promise<void> {
    return this.#inTurn(() => {
      if (!this.#isClosed) this.#context.setOption('err_detect', '0');
    });
  }

  /** Waits for the calls under way; none follows. Frames that it gave stay valid. */
  close(): Promise<void> {
    return this.#inTurn(() => {
      if (!this.#isClosed) this.#context.freeContext();
      this.#isClosed = true;
    });
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #decode(packet: Packet | null): Promise<Frame | undefined> {
    if (this.#isClosed) return undefined;
    // A packet that cannot be decoded is a scratch on the picture, not the end of the stream.
    if ((await this.#context.sendPacket(packet)) < 0 && packet !== null) return undefined;
    const frame = new Frame();
    frame.alloc();
    const result = this.#context.receiveFrameSync(frame);
    if (result >= 0) return frame;
    frame.free();
    if (result !== AVERROR_EAGAIN) this.#context.flushBuffers();
    return undefined;
  }
}
