import type { Broadcaster, Watcher } from '../../stream/broadcaster.js';
import type { RenditionRequest } from '../../stream/choose-rendition.js';
import type { Stream } from '../../stream/stream.js';
import { FramewireError, isErrorCode } from '../../errors.js';
import type { EncodedFrame } from '../../frames.js';
import { monotonicMs } from '../../time/monotonic.js';

/** A source that must be opened first has this long to give its first picture, ms. */
const TIMEOUT_MS = 8000;

/** Pictures converted at the same time: each takes one of the four threads by which files are read as well. */
const MOST_CONVERSIONS = 2;

export const SNAPSHOT_FORMATS = ['jpg', 'png', 'webp'] as const;
export type SnapshotFormat = (typeof SNAPSHOT_FORMATS)[number];

/** Takes single pictures, and sees to it that they leave room for those who watch. */
export class Snapshots {
  readonly #broadcaster: Broadcaster;
  readonly #mostWishes: number;
  readonly #waits = new Set<SnapshotWait>();
  readonly #converted = new WeakMap<EncodedFrame, Map<SnapshotFormat, Promise<Uint8Array>>>();
  #conversions = 0;

  /** @param maxRenditions of one stream: snapshots have half of them at most. */
  constructor(broadcaster: Broadcaster, maxRenditions: number) {
    this.#broadcaster = broadcaster;
    this.#mostWishes = Math.max(1, Math.floor(maxRenditions / 2));
  }

  /**
   * One new picture: captured after the request came, not an old one that lay around.
   *
   * @param gone aborts when the answer is out, or nobody waits for it any more; it counts as a viewer until then.
   * @throws FramewireError too-many-viewers, too-many-snapshots or server-stopping; the source's own
   * error when there is no picture to be had; no-frame after 8 s.
   */
  async take(stream: Stream, request: RenditionRequest, gone: AbortSignal): Promise<EncodedFrame> {
    const wait = new SnapshotWait(stream, request);
    this.#refuseTooMany(wait);
    const admission = this.#broadcaster.admit(wait);
    const leave = () => {
      admission[Symbol.dispose]();
      wait.end(new FramewireError('no-frame', 'Nobody waits for this picture any more.'));
    };
    gone.addEventListener('abort', leave, { once: true });
    this.#waits.add(wait);
    try {
      const frame = wait.newFrame();
      if (gone.aborted) leave();
      return await frame;
    } finally {
      this.#waits.delete(wait);
    }
  }

  /**
   * The picture in that format, made once for all who ask for it.
   *
   * @throws FramewireError too-many-snapshots
   */
  async picture(frame: EncodedFrame, format: SnapshotFormat): Promise<Uint8Array> {
    if (format === 'jpg') return frame.payload;
    const formats = this.#converted.get(frame) ?? new Map<SnapshotFormat, Promise<Uint8Array>>();
    let picture = formats.get(format);
    if (picture === undefined) {
      this.#refuseTooBusy();
      picture = this.#convert(frame.payload, format);
      this.#converted.set(frame, formats.set(format, picture));
    }
    return picture;
  }

  /** Those who want the same share a rendition, so they may be any number. */
  #refuseTooMany({ stream, wish }: SnapshotWait): void {
    const wishes = new Set([wish]);
    for (const other of this.#waits) if (other.stream === stream) wishes.add(other.wish);
    if (wishes.size <= this.#mostWishes) return;
    const message = `Snapshots of ${stream.name} are being taken in ${this.#mostWishes} sizes and qualities already.`;
    const hint = 'Try again in a second, or ask for the size and quality that others ask for.';
    throw new FramewireError('too-many-snapshots', message, hint);
  }

  #refuseTooBusy(): void {
    if (this.#conversions < MOST_CONVERSIONS) return;
    const message = 'Too many pictures are being converted at the moment.';
    throw new FramewireError('too-many-snapshots', message, 'Try again in a second, or ask for /snapshot.jpg.');
  }

  async #convert(jpeg: Uint8Array, format: Exclude<SnapshotFormat, 'jpg'>): Promise<Uint8Array> {
    this.#conversions += 1;
    try {
      // Loaded when needed: most servers never make one.
      const { default: sharp } = await import('sharp');
      return await sharp(jpeg).toFormat(format).toBuffer();
    } finally {
      this.#conversions -= 1;
    }
  }
}

/** One request that waits for its picture. */
class SnapshotWait implements Watcher {
  readonly stream: Stream;
  /** The same for all who can share a rendition. */
  readonly wish: string;
  readonly #request: RenditionRequest;
  #end: ((error: FramewireError) => void) | undefined;

  constructor(stream: Stream, { codec, quality, maxWidth, maxHeight }: RenditionRequest) {
    this.stream = stream;
    this.wish = JSON.stringify([codec, quality, maxWidth, maxHeight]);
    // A rate says how soon another picture follows, which nobody waits for here.
    this.#request = { codec, quality, maxWidth, maxHeight, size: 'auto', fps: null };
  }

  newFrame(): Promise<EncodedFrame> {
    const askedAt = monotonicMs();
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        // A lease is not given back from within its own acquisition.
        queueMicrotask(() => lease[Symbol.dispose]());
        settle();
      };
      this.#end = error => done(() => reject(error));
      const timer = setTimeout(() => {
        const message = `${this.stream.name} gave no picture for ${TIMEOUT_MS / 1000} s.`;
        this.end(new FramewireError('no-frame', message, 'Try again, or look at /api/streams.'));
      }, TIMEOUT_MS);
      const lease = this.stream.acquire(this.#request, {
        delivery: {
          offer: frame => {
            if (frame.header.capturedAt >= askedAt && !frame.header.placeholder) done(() => resolve(frame));
          },
        },
        isPatient: true,
        startRung: () => 0,
        chosen: () => undefined,
        source: state => {
          if (state.state !== 'lost') return;
          this.end(new FramewireError(isErrorCode(state.code) ? state.code : 'no-frame', state.reason));
        },
        refused: error => this.end(error),
      });
      lease.setReady(true);
    });
  }

  /** Does nothing once there is a picture. */
  end(error: FramewireError): void {
    this.#end?.(error);
  }

  tick(): void {
    // It has a timer of its own.
  }

  yieldPlace(): boolean {
    return false;
  }

  dismiss(): void {
    this.end(new FramewireError('server-stopping', 'This server is stopping.', 'Try again in a moment.'));
  }
}
