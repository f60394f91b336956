import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mat } from '@u4/opencv4nodejs';
import { FramewireError } from '../../errors.js';
import type { Picture, SourceInfo } from '../../frames.js';
import { monotonicMs } from '../../time/monotonic.js';
import { paceAnew, paceNext, USUAL_FPS, type FilePace } from '../ffmpeg/file-pace.js';
import { ownMat } from './mat-picture.js';
import { loadOpenCv, type OpenCv } from '../../opencv.js';
import { localAddressOf } from '../http/local-address.js';
import { OpenCvReader } from './opencv-reader.js';
import { ProxyThread } from './proxy-thread.js';
import type { Source, SourceHost } from '../source.js';

/** Network inputs give up on a silent peer after this, ms; opening holds the event loop for as long. */
const NETWORK_TIMEOUT_MS = 5000;

/**
 * Options for FFmpeg inside OpenCV, in the form that it reads from the environment. Not `nobuffer`: the first read
 * would then come back empty.
 */
const FFMPEG_OPTIONS = `rtsp_flags;prefer_tcp|timeout;${NETWORK_TIMEOUT_MS * 1000}`;

export interface OpenCvInput {
  kind: 'file' | 'url';
  /** For error sentences: `file yard.mp4`. */
  what: string;
  /** Path or URL. */
  url: string;
}

/**
 * A file, looped at its own rate, or a network camera, through OpenCV and the FFmpeg in it. Every picture is decoded to
 * BGR, whether somebody looks or not: OpenCV reads no other way.
 *
 * @throws FramewireError opencv-missing, or of a `source-` code when it cannot be opened.
 */
export async function openOpenCvMedia(input: OpenCvInput, host: SourceHost): Promise<Source> {
  const cv = await loadOpenCv();
  if (input.kind === 'file' && !existsSync(input.url)) {
    throw new FramewireError('source-not-found', `There is no ${input.what}.`, 'Check the path.');
  }
  process.env['OPENCV_FFMPEG_CAPTURE_OPTIONS'] ??= FFMPEG_OPTIONS;
  const proxy = input.url.startsWith('http') ? await openProxy(input, host) : undefined;
  await host.expectBlocking(NETWORK_TIMEOUT_MS * 2);
  const reader = OpenCvReader.open(cv, input.url, cv.CAP_FFMPEG);
  if (reader !== undefined) return new OpenCvMedia(cv, reader, input, proxy);
  await proxy?.[Symbol.asyncDispose]();
  if (input.kind === 'file') {
    throw new FramewireError('source-unreadable', `OpenCV cannot read ${input.what}.`, 'Play it with: ffplay');
  }
  const hint = 'Check the address, and that it is on.';
  throw new FramewireError('source-unreachable', `OpenCV cannot open ${input.what}.`, hint);
}

/** Its FFmpeg follows redirects and opens what lists of segments name, and takes a proxy from the environment alone. */
async function openProxy({ what, url }: OpenCvInput, host: SourceHost): Promise<ProxyThread> {
  const { hostname } = new URL(url);
  const localHost = (await localAddressOf(hostname)) === undefined ? undefined : hostname;
  const proxy = await ProxyThread.open({ what, localHost, warn: message => host.warn(message) });
  // This process has one source. FFmpeg goes by it for HTTPS as well.
  process.env['http_proxy'] = proxy.url;
  return proxy;
}

class OpenCvMedia implements Source {
  readonly info: SourceInfo;
  readonly #cv: OpenCv;
  readonly #reader: OpenCvReader;
  readonly #input: OpenCvInput;
  readonly #proxy: ProxyThread | undefined;
  readonly #closing = new AbortController();
  #pace: FilePace | undefined;
  #picturesThisLoop = 0;

  constructor(cv: OpenCv, reader: OpenCvReader, input: OpenCvInput, proxy: ProxyThread | undefined) {
    this.#cv = cv;
    this.#reader = reader;
    this.#input = input;
    this.#proxy = proxy;
    const width = reader.get(cv.CAP_PROP_FRAME_WIDTH);
    const height = reader.get(cv.CAP_PROP_FRAME_HEIGHT);
    const fps = Math.max(0, reader.get(cv.CAP_PROP_FPS));
    const rate = fps > 0 ? `, ${Math.round(fps * 100) / 100} fps` : '';
    const description = `${input.what} through OpenCV, ${width}x${height}${rate}`;
    this.info = { width, height, fps, isJpeg: false, description };
  }

  async read(): Promise<Picture> {
    const mat = (await this.#reader.read()) ?? (await this.#firstAgain());
    this.#picturesThisLoop += 1;
    if (this.#input.kind === 'file') await this.#waitUntilDue();
    return { capturedAt: monotonicMs(), width: mat.cols, height: mat.rows, ...ownMat(mat) };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader.close();
    await this.#proxy?.[Symbol.asyncDispose]();
  }

  /** The first picture of the next loop of a file. */
  async #firstAgain(): Promise<Mat> {
    const { what, kind } = this.#input;
    if (kind === 'url') throw new FramewireError('source-ended', `${what} has ended.`);
    const nothing = new FramewireError('source-unreadable', `There are no pictures in ${what}.`);
    if (this.#picturesThisLoop === 0) throw nothing;
    this.#picturesThisLoop = 0;
    this.#pace = paceAnew(this.#pace);
    await this.#reader.set([[this.#cv.CAP_PROP_POS_FRAMES, 0]]);
    const mat = await this.#reader.read();
    if (mat === undefined) throw nothing;
    return mat;
  }

  /** Early when the source is being closed. */
  async #waitUntilDue(): Promise<void> {
    const now = monotonicMs();
    this.#pace = paceNext(this.#pace, undefined, 1000 / (this.info.fps || USUAL_FPS), now);
    const waitMs = this.#pace.dueAt - now;
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
