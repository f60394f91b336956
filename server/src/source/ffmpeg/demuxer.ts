import {
  AVERROR_EOF,
  AVERROR_EXIT,
  AVERROR_INVALIDDATA,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BYTE,
  AV_CODEC_ID_MJPEG,
  AV_NOPTS_VALUE,
  AV_PKT_DATA_DISPLAYMATRIX,
} from 'node-av/constants';
import {
  CodecParameters,
  Dictionary,
  FormatContext,
  InputFormat,
  type Packet,
  type Rational,
  type Stream,
} from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { FramewireError } from '../../errors.js';
import { UPRIGHT, orientationOf, type Orientation } from '../orientation.js';
import { sourceFailure } from './failure.js';
import { refuseLocalRedirect } from './rtsp-redirect.js';
import './silent-log.js';

export interface InputSpec {
  kind: 'camera' | 'file' | 'url';
  /** For error sentences: `camera /dev/video0`. */
  what: string;
  url: string;
  /** FFmpeg's name of the demuxer; absent: probed. */
  format?: string;
  options: Record<string, string>;
}

/**
 * One video stream of one FFmpeg input. All that is to be known of the stream is read once, when it opens: FFmpeg's own
 * description of it dies with the input.
 *
 * `open2Sync` with options is not used on purpose: node-av 6.1 leaves the dictionary dangling there and the garbage
 * collector crashes on it; the asynchronous call is sound.
 */
export class Demuxer {
  /** Pixels. */
  readonly size: Size;
  readonly isJpeg: boolean;
  /** Four characters, as `YUY2`; empty where there are none. */
  readonly codecTag: string;
  /** As phones write it into their videos. */
  readonly orientation: Orientation;
  /** Width of a pixel by its height, as the container has it; 0 when it does not say. */
  readonly pixelAspect: number;
  /** Frames a second that the input announces; 0 when it does not. */
  readonly fps: number;
  /**
   * `live`: pictures come when they are made; `paced`: in bursts, whose stamps say when each is due; `recorded`: as
   * `paced`, and there is an end.
   */
  readonly timing: 'live' | 'paced' | 'recorded';
  /** What a decoder is to know of the stream; valid until `close`. */
  readonly parameters = new CodecParameters();
  readonly #index: number;
  readonly #msPerTick: number;
  readonly #input: InputSpec;
  readonly #format: FormatContext;
  #reading: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  #closing: Promise<void> | undefined;

  private constructor(input: InputSpec, format: FormatContext, stream: Stream) {
    this.#input = input;
    this.#format = format;
    const { codecpar, avgFrameRate, timeBase, sampleAspectRatio } = stream;
    this.size = { width: codecpar.width, height: codecpar.height };
    this.isJpeg = codecpar.codecId === AV_CODEC_ID_MJPEG;
    this.codecTag = codecpar.codecTagString ?? '';
    this.fps = avgFrameRate.den === 0 ? 0 : avgFrameRate.num / avgFrameRate.den;
    this.parameters.alloc();
    codecpar.copy(this.parameters);
    const matrix = codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
    this.timing = timingOf(input, format);
    this.orientation = matrix === null ? UPRIGHT : orientationOf(matrix);
    this.pixelAspect = toAspect(sampleAspectRatio);
    this.#index = stream.index;
    this.#msPerTick = (timeBase.num * 1000) / timeBase.den;
  }

  /** @throws FramewireError of a `source-` code. */
  static async open(input: InputSpec): Promise<Demuxer> {
    const format = new FormatContext();
    format.allocContext();
    try {
      const demuxer = input.format === undefined ? null : InputFormat.findInputFormat(input.format);
      check(input, await format.openInput(input.url, demuxer, Dictionary.fromObject(input.options)));
      if (input.url.startsWith('rtsp')) await refuseLocalRedirect(input.what, input.url, format.url ?? input.url);
      // FFmpeg would show any text as a terminal does.
      if (format.iformat?.name === 'tty') throw sourceFailure(input.kind, input.what, AVERROR_INVALIDDATA);
      // A V4L2 device says all that is to be known when it opens; probing it would only cost its first pictures.
      if (input.kind !== 'camera') check(input, await format.findStreamInfo());
      const stream = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
      if (stream === undefined) throw new FramewireError('source-unreadable', `There is no video in ${input.what}.`);
      return new Demuxer(input, format, stream);
    } catch (error) {
      await format.closeInput();
      throw error;
    }
  }

  /** ms since the input's own zero; undefined for a stamp that is none. */
  toMs(stamp: bigint): number | undefined {
    return stamp === AV_NOPTS_VALUE ? undefined : Number(stamp) * this.#msPerTick;
  }

  /**
   * Reads the next packet of the video stream into `packet`.
   *
   * @returns false at the end of a file.
   * @throws FramewireError of a `source-` code, also once the demuxer was stopped.
   */
  async readPacket(packet: Packet): Promise<boolean> {
    do {
      const result = await this.#read(() => {
        packet.unref();
        return this.#format.readFrame(packet);
      });
      if (this.timing === 'recorded' && (result === AVERROR_EOF || this.#isEndOfDownload(result))) return false;
      check(this.#input, result);
    } while (packet.streamIndex !== this.#index);
    return true;
  }

  /** FFmpeg has many names for the end of a file on a server that gives no parts of it. */
  #isEndOfDownload(result: number): boolean {
    return result < 0 && !this.#isStopped && this.#input.kind === 'url';
  }

  /** Starts the recording anew. @throws FramewireError where it cannot be rewound. */
  async rewind(): Promise<void> {
    const result = await this.#read(() => this.#format.seekFrame(this.#index, 0n));
    // Bare H.264 and the like have no times to look for, only bytes.
    if (result < 0) check(this.#input, await this.#read(() => this.#format.seekFrame(-1, 0n, AVSEEK_FLAG_BYTE)));
  }

  /** Ends a pending `readPacket` and waits for the native calls under way; none follows. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#format.interrupt();
    await this.#reading;
  }

  /**
   * Stops and closes. The frames handed out must have been freed: those of a raw camera lie in memory that the driver
   * has lent, and whoever touches them later crashes the process.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.stop();
    this.parameters.free();
    await this.#format.closeInput();
  }

  /** The one way to FFmpeg's reading calls: freeing a context below one of them would crash the process. */
  async #read(call: () => Promise<number>): Promise<number> {
    let result: number = AVERROR_EXIT;
    if (!this.#isStopped) {
      const reading = call();
      this.#reading = reading.catch(() => undefined);
      result = await reading;
    }
    return this.#isStopped ? AVERROR_EXIT : result;
  }
}

/** @returns 0 where it is not said. */
export function toAspect({ num, den }: Pick<Rational, 'num' | 'den'>): number {
  return num > 0 && den > 0 ? num / den : 0;
}

/** What is on the network and has a length is a recording; lists of segments without one are live, a segment at a time. */
function timingOf(input: InputSpec, format: FormatContext): Demuxer['timing'] {
  switch (input.kind) {
    case 'camera':
      return 'live';
    case 'file':
      return 'recorded';
    case 'url':
      if (format.iformat?.name?.startsWith('rtsp') === true) return 'live';
      if (format.duration > 0n) return 'recorded';
      return /^(hls|dash)/.test(format.iformat?.name ?? '') ? 'paced' : 'live';
  }
}

function check(input: InputSpec, result: number): void {
  if (result < 0) throw sourceFailure(input.kind, input.what, result);
}
