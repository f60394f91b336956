import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceState } from '@framewire/shared/control';
import { Backoff } from '../time/backoff.js';
import { FramewireError, messageOf } from '../errors.js';
import { RawFrame, type Picture, type SourceInfo } from '../frames.js';
import { monotonicMs } from '../time/monotonic.js';
import type { Source } from '../source/source.js';
import { NO_INTERVALS, noteInterval, stallMs, type Intervals } from './stall.js';

/** A source that is neither open nor refused after this hangs, ms; silent network cameras are given up far before. */
const OPEN_MS = 20_000;

/** A reader that does not come back this long after it was interrupted hangs in the driver, ms. */
const CLOSE_MS = 2000;

export interface CaptureOptions {
  open: () => Promise<Source>;
  /** Longest wait before the source is opened again, ms. */
  longestBackoffMs: number;
  /** `hint` comes with `lost` and is for the operator alone: it speaks of settings and of this machine. */
  onState: (state: SourceState & { info?: SourceInfo; hint?: string }) => void;
  /** Borrows the frame: retain it to keep it beyond the call. */
  onFrame: (frame: RawFrame) => void;
  /** Native code hangs and cannot be ended from within: this process must be replaced. */
  onHang: (error: FramewireError) => void;
}

/**
 * The capture loop: drains the source as fast as it gives pictures, keeps only the newest, and opens the source
 * again, with back-off, whenever it ends, stalls or vanishes.
 */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #backoff: Backoff;
  #newest: RawFrame | undefined;
  #captured = 0;
  #intervals: Intervals = NO_INTERVALS;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.longestBackoffMs);
  }

  /** The newest picture, borrowed; undefined while there is none. */
  get newest(): RawFrame | undefined {
    return this.#newest;
  }

  /** Pictures taken so far. */
  get captured(): number {
    return this.#captured;
  }

  /** Runs until the process ends. */
  async run(): Promise<never> {
    // Said once: after a loss the state stays `lost`, with its reason, until pictures come.
    this.#options.onState({ state: 'starting' });
    for (;;) {
      const error = await this.#readUntilFailure();
      this.#options.onState({ state: 'lost', code: error.code, reason: error.message, hint: error.hint });
      await sleep(this.#backoff.failed(monotonicMs()));
    }
  }

  async #readUntilFailure(): Promise<FramewireError> {
    let source: Source | undefined;
    let failure: FramewireError;
    try {
      source = await this.#openOrHang();
      this.#intervals = NO_INTERVALS;
      this.#take(await this.#readOrStall(source));
      this.#backoff.worked(monotonicMs());
      let info: SourceInfo | undefined;
      for (;;) {
        if (info !== source.info) this.#options.onState({ state: 'live', info: source.info });
        info = source.info;
        this.#publish();
        this.#take(await this.#readOrStall(source));
      }
    } catch (error) {
      failure = error instanceof FramewireError ? error : new FramewireError('source-unreadable', messageOf(error));
    }
    // Before the source is closed: it waits for its pictures, which may lie in the device's own memory.
    this.#newest?.release();
    this.#newest = undefined;
    if (source !== undefined) await this.#closeOrHang(source, failure);
    return failure;
  }

  #take(picture: Picture): void {
    this.#captured += 1;
    this.#intervals = noteInterval(this.#intervals, monotonicMs());
    this.#newest?.release();
    this.#newest = new RawFrame(this.#captured, picture);
  }

  #publish(): void {
    if (this.#newest !== undefined) this.#options.onFrame(this.#newest);
  }

  async #readOrStall(source: Source): Promise<Picture> {
    let timer: NodeJS.Timeout | undefined;
    const reading = source.read();
    const stall = new Promise<never>((_, reject) => {
      const limitMs = stallMs(this.#intervals, source.info.fps);
      const judge = () => {
        if (source.waitsForKeyFrame === true) timer = setTimeout(judge, limitMs);
        else {
          const message = `${source.info.description} has given no picture for ${Math.round(limitMs / 1000)} s.`;
          reject(new FramewireError('source-stalled', message));
        }
      };
      timer = setTimeout(judge, limitMs);
    });
    try {
      return await Promise.race([reading, stall]);
    } catch (error) {
      // A picture that comes after all, while the source is being closed, has no other owner.
      reading.then(late => late.free()).catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #openOrHang(): Promise<Source> {
    const error = new FramewireError('source-stalled', `The source did not open within ${OPEN_MS / 1000} s.`);
    const timer = setTimeout(() => this.#options.onHang(error), OPEN_MS);
    try {
      return await this.#options.open();
    } finally {
      clearTimeout(timer);
    }
  }

  async #closeOrHang(source: Source, failure: FramewireError): Promise<void> {
    const timer = setTimeout(() => this.#options.onHang(failure), CLOSE_MS);
    await source.close().catch(() => undefined);
    clearTimeout(timer);
  }
}
