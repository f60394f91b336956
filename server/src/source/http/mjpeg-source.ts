import { setTimeout as sleep } from 'node:timers/promises';
import { FramewireError } from '../../errors.js';
import type { Picture, SourceInfo } from '../../frames.js';
import { monotonicMs } from '../../time/monotonic.js';
import { JpegPictures } from '../ffmpeg/jpeg-pictures.js';
import type { Source, SourceHost } from '../source.js';
import { HttpClient } from './http-client.js';
import { JpegAnswer } from './jpeg-answer.js';

/** How often a snapshot URL is asked, 1/s, where `--fps` does not say it: many cameras take long to make one. */
const POLLS_PER_SECOND = 1;

/** A camera that answers but gives no picture by then is given up, ms. Slow ones give one in 7 s. */
const FIRST_PICTURE_MS = 18_000;

/** Polls in a row that may fail: cameras are busy at times. */
const MOST_FAILED_POLLS = 3;

/** A poll that failed is repeated after this at the latest, ms, however seldom pictures are wanted. */
const RETRY_MS = 2000;

/** Some pictures, all damaged and over so long, make a source unreadable, ms. */
const DAMAGED_MS = 4000;
const SOME = 5;

export interface HttpSourceSpec {
  readonly url: string;
  /** Names the URL in sentences, without its secrets. */
  readonly what: string;
  /** Polls of a snapshot URL, 1/s; null for the usual rate. */
  readonly fps: number | null;
}

/** Other media than JPEGs. */
export interface FoundMedia {
  /** Where the redirects ended, with the user and password that are meant for that host. */
  readonly mediaUrl: string;
  /** On this machine or its own link. */
  readonly isLocal: boolean;
}

/**
 * Opens a URL as a camera that gives JPEGs.
 *
 * @returns where other media is, for FFmpeg to open.
 * @throws FramewireError of a `source-` code.
 */
export async function openHttp(spec: HttpSourceSpec, host: SourceHost): Promise<Source | FoundMedia> {
  const client = new HttpClient(spec.url, spec.what);
  const closing = new AbortController();
  const late = new FramewireError('source-stalled', `${spec.what} answers, but gives no pictures.`);
  const timer = setTimeout(() => closing.abort(late), FIRST_PICTURE_MS);
  try {
    const found = await client.get(closing.signal);
    const answer = new JpegAnswer(found, spec.what);
    if (!(await answer.begin())) {
      closing.abort();
      client.close();
      return { mediaUrl: found.url, isLocal: found.isLocal };
    }
    const pictures = await JpegPictures.open(spec.what, host);
    return await MjpegSource.begin(spec, { client, answer, pictures, closing });
  } catch (error) {
    const isLate = closing.signal.reason === late;
    closing.abort();
    client.close();
    throw isLate ? late : error;
  } finally {
    clearTimeout(timer);
  }
}

interface Parts {
  readonly client: HttpClient;
  readonly answer: JpegAnswer;
  readonly pictures: JpegPictures;
  readonly closing: AbortController;
}

/**
 * JPEGs over HTTP: one answer without an end, or a snapshot URL, whose answer is one picture and which is asked again
 * and again, never twice at a time.
 */
class MjpegSource implements Source {
  readonly #spec: HttpSourceSpec;
  readonly #client: HttpClient;
  readonly #pictures: JpegPictures;
  readonly #closing: AbortController;
  #answer: JpegAnswer;
  #askedAt = monotonicMs();
  /** It has been asked more than once. */
  #isPolled = false;
  #first: Picture | undefined;
  #info: SourceInfo;
  #damaged = 0;
  #damagedSince = 0;

  private constructor(spec: HttpSourceSpec, { client, answer, pictures, closing }: Parts) {
    this.#spec = spec;
    this.#client = client;
    this.#answer = answer;
    this.#pictures = pictures;
    this.#closing = closing;
    this.#info = { width: 0, height: 0, fps: 0, isJpeg: true, description: spec.what };
  }

  /** Takes the parts over, and waits for the first picture: it says the size. */
  static async begin(spec: HttpSourceSpec, parts: Parts): Promise<MjpegSource> {
    const source = new MjpegSource(spec, parts);
    try {
      source.#first = await source.#next();
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get info(): SourceInfo {
    return this.#info;
  }

  async read(): Promise<Picture> {
    const picture = this.#first ?? (await this.#next());
    this.#first = undefined;
    return picture;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#answer.close();
    this.#client.close();
    this.#first?.free();
    this.#first = undefined;
    await this.#pictures.stop();
  }

  async #next(): Promise<Picture> {
    for (;;) {
      const jpeg = (await this.#answer.next()) ?? (await this.#poll());
      if (this.#closing.signal.aborted) throw this.#gone();
      const picture = this.#pictures.makeOf(jpeg, monotonicMs());
      if (picture !== undefined) {
        this.#damaged = 0;
        this.#describe(picture);
        return picture;
      }
      this.#noteDamaged();
    }
  }

  /** The next answer's picture, when it is due. */
  async #poll(): Promise<Buffer> {
    const { what } = this.#spec;
    if (this.#closing.signal.aborted) throw this.#gone();
    if (!this.#answer.isSnapshot) throw new FramewireError('source-ended', `${what} has ended.`);
    this.#isPolled = true;
    for (let failed = 0; ; failed += 1) {
      // What took longer than its interval is asked again at once: there are no polls to catch up with.
      const intervalMs = failed === 0 ? this.#intervalMs : Math.min(this.#intervalMs, RETRY_MS);
      const waitMs = this.#askedAt + intervalMs - monotonicMs();
      const { signal } = this.#closing;
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw this.#gone();
      this.#askedAt = monotonicMs();
      try {
        return await this.#ask();
      } catch (error) {
        const mayHeal = error instanceof FramewireError && error.code === 'source-unreachable';
        if (!mayHeal || failed + 1 >= MOST_FAILED_POLLS) throw error;
      }
    }
  }

  /** Of polls. */
  get #intervalMs(): number {
    return 1000 / (this.#spec.fps ?? POLLS_PER_SECOND);
  }

  async #ask(): Promise<Buffer> {
    const { what } = this.#spec;
    this.#answer.close();
    this.#answer = new JpegAnswer(await this.#client.get(this.#closing.signal), what);
    const jpeg = (await this.#answer.begin()) ? await this.#answer.next() : undefined;
    if (jpeg === undefined) throw new FramewireError('source-ended', `${what} gives no more pictures.`);
    return jpeg;
  }

  #describe({ width, height }: Picture): void {
    const isPolled = this.#isPolled || this.#answer.isSnapshot;
    const { info } = this;
    if (info.width === width && info.height === height && info.fps > 0 === isPolled) return;
    const fps = isPolled ? 1000 / this.#intervalMs : 0;
    const description = `${this.#spec.what}, ${width}x${height}${isPolled ? `, ${describePolls(fps)}` : ''}`;
    this.#info = { width, height, fps, isJpeg: true, description };
  }

  /** @throws FramewireError source-unreadable */
  #noteDamaged(): void {
    if (this.#damaged === 0) this.#damagedSince = monotonicMs();
    this.#damaged += 1;
    if (this.#damaged < SOME || monotonicMs() - this.#damagedSince < DAMAGED_MS) return;
    throw new FramewireError('source-unreadable', `The pictures of ${this.#spec.what} cannot be decoded.`);
  }

  #gone(): FramewireError {
    return new FramewireError('source-stalled', `${this.#spec.what} gives no pictures.`);
  }
}

/** @param fps more than 0. */
function describePolls(fps: number): string {
  if (fps === 1) return 'asked for once a second';
  return fps > 1 ? `asked for ${round(fps)} times a second` : `asked for every ${round(1 / fps)} s`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
