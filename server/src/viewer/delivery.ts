import type { ViewerStats } from '@framewire/shared/control';
import { Latest } from '@framewire/shared/latest';
import type { Alarm, Clock } from '../time/clock.js';
import type { EncodedFrame } from '../frames.js';
import { OPEN_GATE, passGate } from '../time/rate-gate.js';
import { departedAt, isHeldUp, observed, UNKNOWN_LINK, type Link } from '../link/congestion.js';
import {
  acknowledged,
  IDLE_PACER,
  isOverdue,
  type Acknowledged,
  reanchored,
  sendableAt,
  sent,
  waitedMs,
  type Pacer,
} from '../link/pacer.js';
import { creditGiven, creditSpent, hasCredit, NO_CREDIT } from './credit.js';
import {
  askAt,
  backlogAnswered,
  backlogAsked,
  backlogSeen,
  backlogSent,
  isBacklogged,
  isExpected,
  NO_BACKLOG,
  soughtBytes,
  takesAll,
  unreadUntil,
} from './pace/backlog-pace.js';
import {
  answersPings,
  asked,
  FREE_READER,
  isSettled,
  isSlow,
  reached,
  read,
  readableAt,
  unreadMs,
  type ReaderPace,
} from './pace/reader-pace.js';
import type { FrameSocket, TransportArrival, ViewerArrival } from './frame-socket.js';
import { NO_LIMITS, type DeliveryLimits } from './delivery-limits.js';
import { paddedFrame } from './padded-frame.js';
import { ViewerCounts } from './viewer-counts.js';

interface Waiting {
  readonly frame: EncodedFrame;
  readonly since: number;
}

/** A picture takes this long from its capture until it could be sent: who is ready by then is ready now, ms. */
const LEAD_MS = 8;

/** Linux acknowledges bytes that nobody reads at once so much later at most (RFC 1122 allows 500), ms. */
const DELAYED_ACK_MS = 200;

/** How soon to look again at a socket that holds bytes back, ms. */
const CLOGGED_MS = 10;

/**
 * The frames of one viewer, from their encoding until they arrive. They are sent while its way has room; the newest
 * that finds none waits in one slot, and an older one there is dropped.
 */
export class Delivery {
  #isOpen = false;
  #isReady = false;
  readonly #counts = new ViewerCounts();
  readonly #socket: FrameSocket;
  readonly #clock: Clock;
  readonly #onReadiness: (isReady: boolean) => void;
  readonly #waiting = new Latest<Waiting>();
  readonly #limits: DeliveryLimits = { ...NO_LIMITS };
  #gate = OPEN_GATE;
  /** Of the last frame that was offered. */
  #rendition: number | undefined;
  #pacer: Pacer = IDLE_PACER;
  #link: Link = UNKNOWN_LINK;
  #credit = NO_CREDIT;
  #reader: ReaderPace = FREE_READER;
  #backlog = NO_BACKLOG;
  #lastSentAt = -Infinity;
  #lastBytes = Infinity;
  /** When the padded frame was sent that is on its way. */
  #paddedAt: number | undefined;
  #lastArrivedAt = -Infinity;
  /** How long the last frame that was measured was on its way, ms. */
  #passageMs = 0;
  /** Frames since the last one that was sent to be measured, and bytes of those of them that have arrived. */
  #unmeasured = 0;
  #untoldBytes = 0;
  #alarm: { at: number; alarm: Alarm } | undefined;

  /** @param onReadiness is told, whenever that changes, whether a frame captured now could be sent when it is ready. */
  constructor(socket: FrameSocket, clock: Clock, onReadiness: (isReady: boolean) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onReadiness = onReadiness;
  }

  get link(): Link {
    return this.#link;
  }

  get counts(): Pick<ViewerStats, 'captured' | 'sent' | 'sentBytes' | 'dropped'> {
    const { captured, sent: sentFrames, sentBytes, dropped } = this.#counts;
    return { captured, sent: sentFrames, sentBytes, dropped: { ...dropped } };
  }

  limit(limits: Partial<DeliveryLimits>): void {
    Object.assign(this.#limits, limits);
  }

  /** Frames will be offered from now on. */
  open(): void {
    this.#isOpen = true;
    this.#isReady = false;
    this.proceed();
  }

  /** No more frames until `open`; those in flight may still be acknowledged. */
  close(): void {
    this.#isOpen = false;
    this.discard();
    this.#counts.interrupt();
    this.#gate = OPEN_GATE;
    this.#disarm();
  }

  /** Drops what waits: something better comes. */
  discard(): void {
    if (this.#waiting.take() !== undefined) this.#counts.dropped.superseded += 1;
  }

  offer(frame: EncodedFrame): void {
    const { header } = frame;
    const isRedrawn = header.placeholder && header.rendition !== this.#rendition;
    if (!this.#isOpen || !this.#counts.offered(header.seq, isRedrawn)) return;
    this.#rendition = header.rendition;
    // A placeholder is news, whatever the rate.
    const gate = header.placeholder ? OPEN_GATE : passGate(this.#gate, header.capturedAt, this.#limits.fps);
    if (gate === undefined) {
      this.#counts.dropped.rate += 1;
      return;
    }
    this.#gate = gate;
    this.look();
    const now = this.#clock.now();
    if (this.#waiting.isEmpty && this.#sendableAt(now) <= now) this.#send(frame, now);
    else if (this.#waiting.put({ frame, since: now }) !== undefined) this.#counts.dropped.superseded += 1;
    this.#lookAhead(now);
  }

  /** @returns how many frames have arrived by that; 0 when that one was not in flight. `proceed` must follow. */
  arrived(seq: number, arrival: ViewerArrival | TransportArrival): number {
    const result = acknowledged(this.#pacer, seq);
    if (result === undefined) return 0;
    const { bytes, sentAt, foreseenQueueMs } = result.frame;
    const { arrivedAt } = arrival;
    const isOwn = 'headerAt' in arrival;
    const { headerAt, isHeld, heldMs } = isOwn ? arrival : this.#estimatedArrival(result, seq, arrival);
    if (this.#paddedAt !== undefined && sentAt >= this.#paddedAt) this.#paddedAt = undefined;
    this.#untoldBytes += result.bytes;
    if (!isOwn && !arrival.isTimed) {
      this.#pacer = result.pacer;
      return result.frames;
    }
    this.#lastArrivedAt = arrivedAt;
    if (!isOwn) this.#passageMs = arrivedAt - sentAt;
    const now = this.#clock.now();
    const seen = { bytes, sentAt, headerAt, arrivedAt, isHeld, heldMs, foreseenQueueMs, now };
    this.#link = observed(this.#link, { ...seen, coveredBytes: this.#untoldBytes });
    this.#untoldBytes = 0;
    const { busyUntil } = result.pacer;
    const departed = isHeldUp(this.#link) ? Math.min(now, busyUntil) : departedAt(this.#link, arrivedAt);
    this.#pacer = reanchored(result.pacer, this.#link, departed);
    return result.frames;
  }

  /**
   * What was sent unmeasured has arrived by the time another is due, almost always; what has not is followed from now on.
   * Whenever a frame can wait for nothing but an arrival, this comes first, so that it is told of.
   */
  look(): void {
    const seq = this.#socket.look?.();
    const result = seq === undefined ? undefined : acknowledged(this.#pacer, seq);
    if (seq === undefined || result === undefined) return;
    this.#pacer = result.pacer;
    this.#untoldBytes += result.bytes;
    this.#reader = reached(this.#reader, seq, result.frame.sentAt + this.#passageMs);
  }

  /** The viewer asks for the next picture: from the first time on it gets one each time. */
  next(): void {
    this.#credit = creditGiven(this.#credit);
    this.proceed();
  }

  /** The frame that was sent last was followed by a ping, whose pong will tell when it was read. */
  asked(seq: number): void {
    this.#reader = asked(this.#reader, seq, this.#clock.now());
  }

  /** That pong has come. */
  read(seq: number): void {
    this.look();
    this.#reader = read(this.#reader, seq, this.#clock.now());
    this.proceed();
  }

  /** Nobody will tell any more whether what is in flight has arrived, or was read. */
  forget(): void {
    this.#reader = FREE_READER;
    this.#backlog = NO_BACKLOG;
    this.#pacer = IDLE_PACER;
    this.#paddedAt = undefined;
  }

  /** Sends what waits as soon as it may be sent. */
  proceed(): void {
    if (!this.#isOpen) return;
    const now = this.#clock.now();
    if (!this.#waiting.isEmpty && this.#sendableAt(now) <= now) this.#sendWaiting(now);
    if (askAt(this.#backlog) <= now) this.#ask();
    this.#lookAhead(now);
  }

  /** For how long a viewer that answers pings, and does not say `next`, has not read what it was sent, ms. */
  get unreadMs(): number {
    return this.#credit.isAsked ? 0 : unreadMs(this.#reader, this.#clock.now());
  }

  /** Whether a frame should have arrived of which the viewer says, just now, that it has not. */
  get isOverdue(): boolean {
    return isOverdue(this.#pacer, this.#clock.now());
  }

  /** For how long the viewer has owed an acknowledgement, ms. */
  get waitedMs(): number {
    return waitedMs(this.#pacer, this.#limits.ackEvery, this.#clock.now());
  }

  /** Tells whether a frame could go when it is there, and sees to it that what waits goes when it may. */
  #lookAhead(now: number): void {
    const due = now + LEAD_MS;
    const isWaiting = !this.#waiting.isEmpty;
    const at = this.#sendableAt(isWaiting ? now : due);
    const isReady = at <= due || isExpected(this.#backlog, now);
    if (isReady !== this.#isReady) {
      this.#isReady = isReady;
      this.#onReadiness(isReady);
    }
    const lookAt = Math.min(askAt(this.#backlog), isReady && !isWaiting ? Infinity : isWaiting ? at : at - LEAD_MS);
    if (lookAt === Infinity) this.#disarm();
    else this.#arm(lookAt);
  }

  #ask(): void {
    this.#backlog = backlogAsked(this.#backlog);
    this.#socket.ask?.(answer => {
      this.#backlog = backlogAnswered(this.#backlog, answer, this.#lastBytes);
      this.proceed();
    });
  }

  /** @returns up to `by`, or in the past: it may be sent by then; Infinity: only the viewer can tell. */
  #sendableAt(by: number): number {
    if (!hasCredit(this.#credit)) return Infinity;
    if (this.#socket.isClogged()) return by + CLOGGED_MS;
    let byPath = sendableAt(this.#pacer, this.#link, this.#limits, by);
    if (byPath === Infinity) {
      this.look();
      byPath = sendableAt(this.#pacer, this.#link, this.#limits, by);
    }
    // A pong tells more than the window does.
    const byReader = answersPings(this.#reader)
      ? readableAt(this.#reader, by)
      : Math.max(readableAt(this.#reader, by), unreadUntil(this.#backlog));
    return Math.max(byPath, byReader, this.#lastSentAt + this.#limits.intervalMs);
  }

  /** Nobody saw the first byte: it came an idle path's time after its sending, or behind the frame before. */
  #estimatedArrival({ frame, frames }: Acknowledged, seq: number, arrival: TransportArrival): ViewerArrival {
    const { arrivedAt, rttMs } = arrival;
    const headerAt = Math.min(arrivedAt, Math.max(frame.sentAt + rttMs, this.#lastArrivedAt));
    this.#reader = reached(this.#reader, seq, arrivedAt);
    if (this.#socket.ask !== undefined) {
      const { unreadBytes } = arrival;
      this.#backlog = backlogSeen(this.#backlog, { at: arrivedAt, frames, unreadBytes }, frame.bytes);
    }
    const isHeld = isSlow(this.#reader) || isBacklogged(this.#backlog);
    return { headerAt, arrivedAt, isHeld, heldMs: isHeld ? DELAYED_ACK_MS : 0 };
  }

  #sendWaiting(now: number): void {
    const waiting = this.#waiting.take();
    if (waiting === undefined) return;
    const { frame, since } = waiting;
    if (now - since > this.#limits.staleMs && !frame.header.placeholder) this.#counts.dropped.superseded += 1;
    else this.#send(frame, now);
  }

  #send(unpadded: EncodedFrame, now: number): void {
    this.#backlog = backlogSent(this.#backlog, { now, readsAhead: this.#socket.readsAhead, rate: this.#link.rate });
    const leastBytes = Math.max(this.#limits.leastBytes, soughtBytes(this.#backlog));
    const frame = this.#paddedAt === undefined ? paddedFrame(unpadded, leastBytes) : unpadded;
    if (frame !== unpadded) this.#paddedAt = now;
    const { seq } = frame.header;
    const bytes = frame.headerBytes.length + frame.payload.length;
    this.#counts.sent += 1;
    this.#counts.sentBytes += bytes;
    this.#pacer = sent(this.#pacer, { seq, bytes }, this.#link, now);
    this.#credit = creditSpent(this.#credit);
    this.#lastBytes = bytes;
    this.#lastSentAt = now;
    const isMeasured = frame !== unpadded || !this.#isKnown;
    this.#unmeasured = isMeasured ? 0 : this.#unmeasured + 1;
    this.#socket.send(frame, isMeasured);
  }

  /** Whether the next frame would say nothing new of path and program. */
  get #isKnown(): boolean {
    const { canLook = false, ask } = this.#socket;
    if (!canLook || this.#unmeasured + 1 >= this.#limits.measureEvery) return false;
    return isSettled(this.#reader) && (ask === undefined || takesAll(this.#backlog));
  }

  #arm(at: number): void {
    if (this.#alarm?.at === at) return;
    this.#disarm();
    const alarm = this.#clock.at(at, () => {
      this.#alarm = undefined;
      this.proceed();
    });
    this.#alarm = { at, alarm };
  }

  #disarm(): void {
    this.#alarm?.alarm.cancel();
    this.#alarm = undefined;
  }
}
