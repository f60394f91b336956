import { setTimeout as sleep } from 'node:timers/promises';
import { Packet, type Frame } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { FramewireError } from '../../errors.js';
import type { Picture, SourceInfo } from '../../frames.js';
import { monotonicMs } from '../../monotonic.js';
import { captureTime } from '../capture-time.js';
import { Demuxer, type InputSpec } from './demuxer.js';
import { paceAnew, paceNext, USUAL_FPS, type FilePace } from './file-pace.js';
import { jpegSize } from './jpeg-size.js';
import type { Source } from '../source.js';
import { describeSpec } from '../source-spec.js';

/** Network inputs give up on a silent peer after this, microseconds as FFmpeg wants them. */
const NETWORK_TIMEOUT_US = String(5_000_000);

/** Packets in a row without a picture before the source counts as unreadable: two seconds at 60 fps. */
const MOST_UNDECODABLE = 120;

/** A video file, looped at its own frame rate. @throws FramewireError of a `source-` code. */
export async function openFile(path: string): Promise<Source> {
  const what = describeSpec({ kind: 'file', path, capture: 'ffmpeg' });
  return MediaSource.open({ kind: 'file', what, url: path, options: {} });
}

/** A camera on the network: RTSP (over TCP where it can, else UDP), or MJPEG over HTTP. @throws FramewireError of a `source-` code. */
export async function openUrl(url: string): Promise<Source> {
  const isRtsp = url.startsWith('rtsp');
  const options: Record<string, string> = {
    fflags: 'nobuffer',
    // Probing holds back the first picture: half a second of it is plenty for a live stream.
    analyzeduration: '500000',
    ...(isRtsp ? { rtsp_flags: 'prefer_tcp', timeout: NETWORK_TIMEOUT_US } : { rw_timeout: NETWORK_TIMEOUT_US }),
  };
  return MediaSource.open({ kind: 'url', what: describeSpec({ kind: 'url', url, capture: 'ffmpeg' }), url, options });
}

/** Pictures from any FFmpeg input. JPEGs are handed on undecoded; everything else is decoded as it comes. */
export class MediaSource implements Source {
  #info: SourceInfo;
  readonly #demuxer: Demuxer;
  readonly #input: InputSpec;
  readonly #packet = new Packet();
  readonly #closing = new AbortController();
  #pace: FilePace | undefined;
  /** Of the last picture, as it says itself. */
  #pictureSize: Size | undefined;
  #undecodable = 0;
  #picturesThisLoop = 0;
  /** Frames handed out and not yet freed. */
  #lent = 0;
  #onReturned: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  private constructor(input: InputSpec, demuxer: Demuxer) {
    this.#input = input;
    this.#demuxer = demuxer;
    this.#packet.alloc();
    this.#info = describe(input, demuxer, demuxer.size);
  }

  get info(): SourceInfo {
    return this.#info;
  }

  static async open(input: InputSpec): Promise<MediaSource> {
    return new MediaSource(input, await Demuxer.open(input));
  }

  async read(): Promise<Picture> {
    for (;;) {
      if (!(await this.#demuxer.readPacket(this.#packet))) {
        const last = await this.#lastPicture();
        if (last !== undefined) return last;
        await this.#rewind();
        continue;
      }
      const capturedAt = await this.#captureTime();
      // Then the packet is no longer to be touched, and `readPacket` says why.
      if (this.#closing.signal.aborted) continue;
      const picture = this.#demuxer.isJpeg ? this.#jpegPicture(capturedAt) : await this.#decodedPicture(capturedAt);
      if (picture !== undefined) {
        this.#undecodable = 0;
        this.#picturesThisLoop += 1;
        return picture;
      }
      this.#undecodable += 1;
      if (this.#undecodable > MOST_UNDECODABLE) {
        throw new FramewireError('source-unreadable', `The pictures of ${this.#input.what} cannot be decoded.`);
      }
    }
  }

  /** Waits until all its pictures are freed: see `Demuxer.close`. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#demuxer.stop();
    this.#packet.free();
    if (this.#lent > 0) {
      await new Promise<void>(resolve => {
        this.#onReturned = resolve;
      });
    }
    await this.#demuxer.close();
  }

  async #rewind(): Promise<void> {
    if (this.#picturesThisLoop === 0) {
      throw new FramewireError('source-unreadable', `There are no pictures in ${this.#input.what}.`);
    }
    this.#picturesThisLoop = 0;
    this.#pace = paceAnew(this.#pace);
    await this.#demuxer.rewind();
  }

  /** The device's stamp, the moment a file's picture is due (waits for it), or now. ms on the monotonic clock. */
  async #captureTime(): Promise<number> {
    const now = monotonicMs();
    switch (this.#input.kind) {
      case 'url':
        return now;
      case 'camera':
        return captureTime(this.#demuxer.toMs(this.#packet.pts), now);
      case 'file':
        return this.#waitUntilDue(this.#demuxer.toMs(this.#packet.dts));
    }
  }

  /** @returns the time by then, ms; early when the source is being closed. */
  async #waitUntilDue(stampMs: number | undefined): Promise<number> {
    const now = monotonicMs();
    this.#pace = paceNext(this.#pace, stampMs, 1000 / (this.#demuxer.fps || USUAL_FPS), now);
    const waitMs = this.#pace.dueAt - now;
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    return monotonicMs();
  }

  /** undefined for packets that are cut off or no JPEG: some cameras give those while they start. */
  #jpegPicture(capturedAt: number): Picture | undefined {
    const data = this.#packet.data;
    if (data === null || data.length < 4 || data.readUInt16BE(0) !== 0xffd8) return undefined;
    // Copied, because the packet may be the driver's own buffer, which it needs back for a coming picture.
    const jpeg = Buffer.from(data);
    this.#notice(jpegSize(jpeg));
    const demuxer = this.#demuxer;
    let decoded: Promise<Frame | undefined> | undefined;
    return {
      capturedAt,
      width: this.info.width,
      height: this.info.height,
      jpeg,
      async pixels() {
        decoded ??= decodeJpeg(demuxer, jpeg);
        const frame = await decoded;
        if (frame === undefined) throw new Error('The JPEG of the source cannot be decoded.');
        return { kind: 'frame', frame };
      },
      // What went wrong was thrown by `pixels`.
      free: () =>
        void decoded?.then(
          frame => frame?.free(),
          () => undefined,
        ),
    };
  }

  /**
   * A camera on the network may be set to another size while it is read. The first picture's own size is not compared
   * with what the input announced: halves of interlaced pictures are announced as whole.
   */
  #notice(size: Size | undefined): void {
    if (size === undefined) return;
    const before = this.#pictureSize ?? size;
    this.#pictureSize = size;
    if (size.width === before.width && size.height === before.height) return;
    this.#info = describe(this.#input, this.#demuxer, size);
  }

  async #decodedPicture(capturedAt: number): Promise<Picture | undefined> {
    const frame = await this.#demuxer.decode(this.#packet);
    return frame && this.#lend(frame, capturedAt);
  }

  /** What a decoder still holds at the end of a file, because pictures may be coded out of order. */
  async #lastPicture(): Promise<Picture | undefined> {
    const frame = this.info.isJpeg ? undefined : await this.#demuxer.decode(null);
    if (frame === undefined) return undefined;
    this.#picturesThisLoop += 1;
    return this.#lend(frame, await this.#waitUntilDue(undefined));
  }

  #lend(frame: Frame, capturedAt: number): Picture {
    const { width, height } = frame;
    this.#notice({ width, height });
    this.#lent += 1;
    const free = () => {
      frame.free();
      this.#lent -= 1;
      if (this.#lent === 0) this.#onReturned?.();
    };
    return {
      capturedAt,
      width,
      height,
      pixels: () => Promise.resolve({ kind: 'frame', frame }),
      free,
    };
  }
}

function describe(input: InputSpec, { fps, isJpeg }: Demuxer, { width, height }: Size): SourceInfo {
  const rate = fps > 0 ? `, ${Math.round(fps * 100) / 100} fps` : '';
  const format = input.kind === 'camera' ? (isJpeg ? ', MJPG' : ', raw') : '';
  return { width, height, fps, isJpeg, description: `${input.what}, ${width}x${height}${rate}${format}` };
}

async function decodeJpeg(demuxer: Demuxer, jpeg: Buffer): Promise<Frame | undefined> {
  const packet = new Packet();
  packet.alloc();
  packet.data = jpeg;
  try {
    return await demuxer.decode(packet);
  } finally {
    packet.free();
  }
}
