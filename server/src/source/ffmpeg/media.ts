import { setTimeout as sleep } from 'node:timers/promises';
import { Packet } from 'node-av/lib';
import type { Size } from '@framewire/shared/rendition';
import { FramewireError } from '../../errors.js';
import type { Picture, SourceInfo } from '../../frames.js';
import { monotonicMs } from '../../time/monotonic.js';
import { captureTime } from '../capture-time.js';
import type { Orientation } from '../orientation.js';
import { Demuxer, type InputSpec } from './demuxer.js';
import { notUnderstood } from './failure.js';
import { paceAnew, paceNext, USUAL_FPS, type FilePace } from './file-pace.js';
import { DamageCount } from '../damage.js';
import { DecodedPictures } from './decoded-pictures.js';
import { Decoder } from './decoder.js';
import { JpegPictures } from './jpeg-pictures.js';
import { hdrCurve } from './marks.js';
import type { PictureMaker } from './pictures.js';
import type { Source, SourceHost } from '../source.js';
import { describeSpec } from '../source-spec.js';
import { OPENCV_SETUP } from '../../package.js';

/** Network inputs give up on a silent peer after this, microseconds as FFmpeg wants them. */
const NETWORK_TIMEOUT_US = String(5_000_000);

/** Some packets without a picture over so long make a source unreadable, ms: before it would count as stalled. */
const UNDECODABLE_MS = 4000;
const SOME = 5;

/** Cameras that save bandwidth send a key frame every 10 s, or 60 s; this is too long, ms. */
const LONGEST_KEY_FRAME_MS = 120_000;

/** Waiting for a key frame is told after this, ms. */
const SAY_WAITING_MS = 1500;

/** How long a picture stands that is all there is in a file which has to be opened again each time, ms. */
const STILL_MS = 1000;

/** A video file, looped at its own frame rate. @throws FramewireError of a `source-` code. */
export async function openFile(path: string, host: SourceHost): Promise<Source> {
  const what = describeSpec({ kind: 'file', path, capture: 'ffmpeg' });
  try {
    return await MediaSource.open({ kind: 'file', what, url: path, options: {} }, host);
  } catch (error) {
    if (!(error instanceof FramewireError) || error.code !== 'source-not-found') throw error;
    throw new FramewireError(error.code, error.message, `Check the path: ${path}`, { cause: error });
  }
}

/** The way of FFmpeg's HTTP. */
export interface Proxy {
  readonly url: string;
  close(): void;
}

/**
 * A camera on the network: RTSP (over TCP where it can, else UDP), or other media over HTTP.
 *
 * @param what names it in sentences, without its secrets.
 * @param proxy for HTTP; taken over.
 * @throws FramewireError of a `source-` code.
 */
export async function openUrl(url: string, what: string, host: SourceHost, proxy?: Proxy): Promise<Source> {
  const isRtsp = url.startsWith('rtsp');
  const options: Record<string, string> = {
    // Probing holds back the first picture: half a second of it is plenty for a live stream. What came meanwhile is kept
    // (no `nobuffer`): it may begin with the only key frame for a long time.
    analyzeduration: '500000',
    ...(isRtsp
      ? { rtsp_flags: 'prefer_tcp', timeout: NETWORK_TIMEOUT_US }
      : { rw_timeout: NETWORK_TIMEOUT_US, max_redirects: '0' }),
    ...(proxy && { http_proxy: proxy.url }),
  };
  return MediaSource.open({ kind: 'url', what, url, options }, host, proxy);
}

/** Pictures from any FFmpeg input. */
export class MediaSource implements Source {
  #info: SourceInfo;
  #demuxer: Demuxer;
  readonly #input: InputSpec;
  readonly #host: SourceHost;
  readonly #proxy: Proxy | undefined;
  readonly #pictures: PictureMaker;
  readonly #packet = new Packet();
  readonly #closing = new AbortController();
  #pace: FilePace | undefined;
  /** As the last picture said it. */
  #size: Size | undefined;
  #undecodable = 0;
  #undecodableSince = 0;
  #picturesThisLoop = 0;
  #wasReopened = false;
  /** Since when, ms; undefined once it has come. */
  #awaitsKeyFrameSince: number | undefined;
  #hasSaidSo = false;
  #closed: Promise<void> | undefined;

  private constructor(
    input: InputSpec,
    { demuxer, pictures, proxy }: { demuxer: Demuxer; pictures: PictureMaker; proxy: Proxy | undefined },
    host: SourceHost,
  ) {
    this.#input = input;
    this.#proxy = proxy;
    this.#host = host;
    this.#demuxer = demuxer;
    this.#pictures = pictures;
    this.#packet.alloc();
    if (input.kind === 'url' && demuxer.timing !== 'recorded') this.#awaitsKeyFrameSince = monotonicMs();
    this.#info = describe(input, demuxer, demuxer.size);
  }

  get info(): SourceInfo {
    return this.#info;
  }

  get waitsForKeyFrame(): boolean {
    return this.#awaitsKeyFrameSince !== undefined;
  }

  get orientation(): Orientation {
    return this.#demuxer.orientation;
  }

  /** @param proxy of its input; taken over. @throws FramewireError of a `source-` code. */
  static async open(input: InputSpec, host: SourceHost, proxy?: Proxy): Promise<MediaSource> {
    let demuxer: Demuxer | undefined;
    try {
      demuxer = await Demuxer.open(input);
      const pictures = await openPictures(input, demuxer, host);
      return new MediaSource(input, { demuxer, pictures, proxy }, host);
    } catch (error) {
      await demuxer?.close();
      proxy?.close();
      throw error;
    }
  }

  async read(): Promise<Picture> {
    for (;;) {
      if (!(await this.#demuxer.readPacket(this.#packet))) {
        const last = await this.#pictures.makeLast(() => this.#waitUntilDue(undefined));
        if (last !== undefined) return this.#shown(last);
        await this.#rewind();
        continue;
      }
      if (!this.#isBehindKeyFrame()) continue;
      const capturedAt = await this.#captureTime();
      // Then the packet is no longer to be touched, and `readPacket` says why.
      if (this.#closing.signal.aborted) continue;
      const picture = await this.#pictures.make(this.#packet, capturedAt);
      if (picture !== undefined) return this.#shown(picture);
      this.#noteUndecodable();
    }
  }

  /** Waits until all its pictures are freed: see `Demuxer.close`. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#demuxer.stop(), this.#pictures.stop()]);
    this.#packet.free();
    await this.#pictures.allReturned();
    await this.#demuxer.close();
    this.#proxy?.close();
  }

  async #rewind(): Promise<void> {
    const isEmpty = this.#picturesThisLoop === 0;
    // Only what never had a picture has none: pictures and some films cannot be rewound, and say so or seem empty.
    if (isEmpty && (this.#size === undefined || this.#wasReopened)) {
      const { kind, what } = this.#input;
      if (kind === 'url') throw notUnderstood(what);
      throw new FramewireError('source-unreadable', `There are no pictures in ${what}.`);
    }
    if (this.#wasReopened && this.#picturesThisLoop === 1) await this.#wait(STILL_MS);
    this.#pace = paceAnew(this.#pace);
    const isRewound =
      !isEmpty &&
      !this.#wasReopened &&
      (await this.#demuxer.rewind().then(
        () => true,
        () => false,
      ));
    if (!isRewound) await this.#reopen();
    this.#picturesThisLoop = 0;
    await this.#pictures.flush();
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #reopen(): Promise<void> {
    await this.#demuxer.close();
    if (this.#isClosing()) return;
    this.#demuxer = await Demuxer.open(this.#input);
    this.#wasReopened = true;
    // `close` did not know of this one.
    if (this.#isClosing()) await this.#demuxer.close();
  }

  /** Whether the packet can be decoded: nothing can before the first key frame. @throws FramewireError source-unreadable */
  #isBehindKeyFrame(): boolean {
    if (this.#awaitsKeyFrameSince === undefined) return true;
    if (this.#packet.isKeyframe) {
      this.#awaitsKeyFrameSince = undefined;
      return true;
    }
    const waitedMs = monotonicMs() - this.#awaitsKeyFrameSince;
    const { what } = this.#input;
    if (waitedMs > LONGEST_KEY_FRAME_MS) {
      const sentence = `${what} has sent no key frame for ${LONGEST_KEY_FRAME_MS / 1000} s.`;
      throw new FramewireError('source-unreadable', sentence, 'Set a shorter interval of key frames (I-frames) in it.');
    }
    if (waitedMs > SAY_WAITING_MS && !this.#hasSaidSo) {
      this.#hasSaidSo = true;
      this.#host.warn(`${what} is there; its first picture waits for a key frame.`);
    }
    return false;
  }

  /** @throws FramewireError source-unreadable */
  #noteUndecodable(): void {
    if (this.#undecodable === 0) this.#undecodableSince = monotonicMs();
    this.#undecodable += 1;
    if (this.#undecodable >= SOME && monotonicMs() - this.#undecodableSince > UNDECODABLE_MS) {
      throw unreadable(this.#input, this.#demuxer);
    }
  }

  /** The device's stamp, the moment a recorded picture is due (waits for it), or now. ms on the monotonic clock. */
  async #captureTime(): Promise<number> {
    const now = monotonicMs();
    if (this.#demuxer.timing !== 'live') return this.#waitUntilDue(this.#demuxer.toMs(this.#packet.dts));
    return this.#input.kind === 'camera' ? captureTime(this.#demuxer.toMs(this.#packet.pts), now) : now;
  }

  /** @returns the time by then, ms; early when the source is being closed. */
  async #waitUntilDue(stampMs: number | undefined): Promise<number> {
    const now = monotonicMs();
    this.#pace = paceNext(this.#pace, stampMs, 1000 / (this.#demuxer.fps || USUAL_FPS), now);
    await this.#wait(this.#pace.dueAt - now);
    return monotonicMs();
  }

  /** Ends early when the source is being closed. */
  async #wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  #shown(picture: Picture): Picture {
    this.#undecodable = 0;
    this.#picturesThisLoop += 1;
    // An input may announce another size than its pictures have, and a camera may be set to another one at any time.
    const { size } = this.#pictures;
    if (size !== undefined && size !== this.#size) {
      this.#size = size;
      const { width, height } = this.#info;
      if (size.width !== width || size.height !== height) this.#info = describe(this.#input, this.#demuxer, size);
    }
    return picture;
  }
}

function unreadable({ kind, what }: InputSpec, { isJpeg, codecTag, size }: Demuxer): FramewireError {
  if (kind !== 'camera' || isJpeg) {
    return new FramewireError('source-unreadable', `The pictures of ${what} cannot be decoded.`);
  }
  const sentence = `The raw pictures of ${what} (${codecTag}) are not as long as ${size.width}x${size.height} takes; some drivers pad them.`;
  const hint = `Try another --size, --camera-format mjpg, or --capture opencv (${OPENCV_SETUP}).`;
  return new FramewireError('source-unreadable', sentence, hint);
}

async function openPictures(input: InputSpec, demuxer: Demuxer, host: SourceHost): Promise<PictureMaker> {
  const { parameters, isJpeg, size } = demuxer;
  const damage = new DamageCount(input.what, host);
  const curve = hdrCurve(parameters.colorTrc);
  if (curve !== undefined) {
    host.warn(`${input.what} is HDR (${curve}), which is not mapped to the range of screens: its pictures look flat.`);
  }
  if (!isJpeg)
    return new DecodedPictures(await Decoder.open(parameters, input.what), damage, {
      isCamera: input.kind === 'camera',
      pixelAspect: demuxer.pixelAspect,
    });
  // What was probed may have been a damaged header; the decoder would take pictures of half that height for fields.
  if (input.kind === 'url') parameters.width = parameters.height = 0;
  return new JpegPictures(
    await Decoder.open(parameters, input.what, true),
    damage,
    input.kind === 'url' ? undefined : size,
  );
}

function describe(input: InputSpec, { fps, isJpeg }: Demuxer, { width, height }: Size): SourceInfo {
  const rate = fps > 0 ? `, ${Math.round(fps * 100) / 100} fps` : '';
  const format = input.kind === 'camera' ? (isJpeg ? ', MJPG' : ', raw') : '';
  return { width, height, fps, isJpeg, description: `${input.what}, ${width}x${height}${rate}${format}` };
}
