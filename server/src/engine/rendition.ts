import type { FrameHeader } from '@framewire/shared/frame-header';
import type { RenditionSpec } from '@framewire/shared/rendition';
import { Encoder } from '../encode/encoder.js';
import { messageOf } from '../errors.js';
import { DamagedPicture, type RawFrame } from '../frames.js';
import { monotonicMs } from '../time/monotonic.js';
import { OPEN_GATE, passGate } from '../time/rate-gate.js';

/** Pictures that fail now and then are reported so seldom, ms. */
const REPORT_INTERVAL_MS = 10_000;

/** When every picture fails for so long, there is nothing to wait for, ms. */
const FAILING_MS = 1000;

/** A picture that was offered before is still fresh for this part of the source's interval. */
const FRESH_SHARE = 1 / 3;

export interface RenditionIdentity {
  readonly id: number;
  readonly spec: RenditionSpec;
  readonly streamId: number;
}

export interface RenditionOutput {
  readonly isClear: boolean;
  write(header: FrameHeader, payload: Uint8Array): void;
}

export interface RenditionEvents {
  /** Something that an operator should read. */
  warning(message: string): void;
  /** Every picture has failed for a second: `seq` of the newest, and why. Again each second while that lasts. */
  failed(seq: number, reason: string): void;
  /** A picture has been encoded, in so many ms. */
  encoded(ms: number): void;
  /** A picture has been encoded, or has failed; even after `close`. */
  idle(): void;
}

/**
 * One encoding of the stream, made only while somebody is ready for it: a picture is encoded when a viewer can take
 * it at once, its rate says that one is due, and the pipe to the server is empty. Every other picture is skipped.
 *
 * `offer` is called for each new picture, and again for the newest when the demand, the encoder or the pipe has
 * become free, so that a viewer who becomes ready between two pictures does not wait for the next one; not late in
 * the interval, though: a link that is busy all the time would carry every picture half an interval older.
 */
export class Rendition {
  readonly #id: number;
  readonly #spec: RenditionSpec;
  readonly #streamId: number;
  readonly #output: RenditionOutput;
  readonly #events: RenditionEvents;
  readonly #encoder: Encoder;
  #fps = 0;
  #gate = OPEN_GATE;
  #lastSeq = 0;
  /** The picture offered last, and how long after the one before it was captured. */
  #offered = { seq: 0, capturedAt: -Infinity, intervalMs: Infinity };
  #isEncoding = false;
  /** Since then there were only failures, or since the last report of that. */
  #failingSince: number | undefined;
  #reportedAt = -Infinity;
  #isClosed = false;
  #hasBegun = false;
  #hasEncoded = false;

  constructor({ id, spec, streamId }: RenditionIdentity, output: RenditionOutput, events: RenditionEvents) {
    this.#id = id;
    this.#spec = spec;
    this.#encoder = new Encoder(spec);
    this.#streamId = streamId;
    this.#output = output;
    this.#events = events;
  }

  /** Whether its first picture has been encoded, or has failed. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isEncoding(): boolean {
    return this.#isEncoding;
  }

  /** @param fps that somebody is ready for; 0 for nobody, Infinity for every picture. */
  want(fps: number): void {
    this.#fps = fps;
  }

  /** Encodes the frame if it is wanted, new to this rendition and due. Borrows it. @returns whether it does. */
  offer(frame: RawFrame): boolean {
    const isLate = this.#isLate(frame);
    if (this.#fps === 0 || this.#isEncoding || this.#isClosed || !this.#output.isClear) return false;
    if (frame.seq === this.#lastSeq || isLate) return false;
    const gate = passGate(this.#gate, frame.picture.capturedAt, this.#fps);
    if (gate === undefined) return false;
    this.#gate = gate;
    this.#lastSeq = frame.seq;
    void this.#encode(frame.retain());
    return true;
  }

  /** Frees the encoder once it is idle. */
  close(): void {
    this.#isClosed = true;
    if (!this.#isEncoding) this.#encoder[Symbol.dispose]();
  }

  #isLate({ seq, picture: { capturedAt } }: RawFrame): boolean {
    if (seq !== this.#offered.seq) {
      this.#offered = { seq, capturedAt, intervalMs: capturedAt - this.#offered.capturedAt };
      return false;
    }
    return this.#hasEncoded && monotonicMs() - capturedAt > this.#offered.intervalMs * FRESH_SHARE;
  }

  async #encode(frame: RawFrame): Promise<void> {
    this.#isEncoding = true;
    const begunAt = monotonicMs();
    try {
      const payload = await this.#encoder.encode(frame.picture);
      if (!this.#isClosed) this.#output.write(this.#headerFor(frame, payload), payload);
      this.#hasEncoded = true;
      this.#events.encoded(monotonicMs() - begunAt);
      this.#failingSince = undefined;
    } catch (error) {
      this.#fail(frame.seq, error);
    } finally {
      frame.release();
      this.#isEncoding = false;
      if (this.#isClosed) this.#encoder[Symbol.dispose]();
      this.#hasBegun = true;
      this.#events.idle();
    }
  }

  #fail(seq: number, error: unknown): void {
    const now = monotonicMs();
    const reason = messageOf(error);
    if (this.#failingSince === undefined) {
      this.#failingSince = now;
      if (!(error instanceof DamagedPicture)) this.#warnOf(reason, now);
    } else if (now - this.#failingSince >= FAILING_MS) {
      this.#failingSince = now;
      if (!this.#isClosed) this.#events.failed(seq, reason);
    }
  }

  /** Once for all that fail in a row, and seldom for others: this may go on for days, 30 times a second. */
  #warnOf(reason: string, now: number): void {
    if (now - this.#reportedAt <= REPORT_INTERVAL_MS) return;
    this.#reportedAt = now;
    this.#events.warning(`A picture could not be encoded: ${reason}`);
  }

  #headerFor(frame: RawFrame, payload: Uint8Array): FrameHeader {
    const { capturedAt } = frame.picture;
    return {
      codec: this.#spec.codec,
      key: true,
      discardable: true,
      placeholder: false,
      stream: this.#streamId,
      rendition: this.#id,
      seq: frame.seq,
      payloadBytes: payload.length,
      capturedAt,
      encodeUs: Math.max(0, Math.round((monotonicMs() - capturedAt) * 1000)),
      width: this.#spec.width,
      height: this.#spec.height,
      refSeq: 0,
    };
  }
}
