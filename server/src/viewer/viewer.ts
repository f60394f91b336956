import type { Ack } from '@framewire/shared/ack';
import type {
  AckAllowance,
  ChangeCause,
  ChosenRendition,
  LinkStats,
  SentCounts,
  SourceState,
  ViewerStats,
} from '@framewire/shared/control';
import { STALL_TIMEOUT_MS, UNREAD_TIMEOUT_MS } from '@framewire/shared/protocol';
import { machineClock, type Clock } from '../time/clock.js';
import type { FramewireError } from '../errors.js';
import { ackAllowance, ackPaced, EVERY_FRAME, measurePaced, type AckPace } from './pace/ack-pace.js';
import { DEFAULT_REQUEST, type RenditionRequest } from '../stream/choose-rendition.js';
import type { Adaptation } from './adaptation/adaptation.js';
import { carriedRate, isBelieved } from '../link/carried-rate.js';
import { isHeldUp, rttMs } from '../link/congestion.js';
import { NO_MEMORY, type RateMemory } from '../link/known-rates.js';
import { Delivery } from './delivery.js';
import type { FrameSocket, TransportArrival, ViewerArrival } from './frame-socket.js';
import type { AdaptationEvent } from './adaptation/fitting.js';
import { linkReason } from './adaptation/link-reason.js';
import { drawIntervalMs, drawn, FREE_PACE, viewerFps } from './pace/draw-pace.js';
import { adaptedAtStart, startAdaptation } from './adaptation/first-pictures.js';
import { describeRendition, type Ladder } from '../stream/ladder.js';
import type { Lease } from '../stream/lease.js';
import type { Stream } from '../stream/stream.js';

/** What a viewer asks for. */
export interface ViewerRequest extends RenditionRequest {
  /** `auto`: at most that, and what its link carries; `fixed`: that, with fewer frames where its link is slow. */
  mode: 'auto' | 'fixed';
  /** How old pictures may be on arrival, ms. */
  latencyBudgetMs: number;
}

export const DEFAULT_VIEWER_REQUEST: ViewerRequest = { ...DEFAULT_REQUEST, mode: 'auto', latencyBudgetMs: 100 };

/** What a viewer is told of its rendition. `why`: for people, how it differs from what was asked for. */
export interface Answer {
  readonly rendition: ChosenRendition;
  readonly mode: ViewerRequest['mode'];
  readonly why: string;
  readonly cause: ChangeCause;
}

/** How one viewer's bytes leave: the only part of a viewer that differs between WebSocket and HTTP. */
export interface ViewerTransport extends FrameSocket {
  /** What was chosen for the viewer, at the start and after each change. */
  chosen(stream: Stream, answer: Answer): void;
  source(stream: Stream, state: SourceState): void;
  /** Once a second while it watches. */
  stats(stats: ViewerStats): void;
  /** For the server's own books: as often, and before it leaves a stream. */
  counted(counts: SentCounts): void;
  /** The viewer may acknowledge so from now on. Only for those that call `acknowledge`. */
  acknowledgeEvery?(allowance: AckAllowance): void;
  /** There is nothing of the size that it must have: let it go, and tell it. */
  refused(error: FramewireError): void;
  /** The viewer took or acknowledged nothing for `STALL_TIMEOUT_MS`: let it go, its socket may not even close. */
  stalled(): void;
}

type Watching =
  { state: 'idle' } | { state: 'watching'; stream: Stream; lease: Lease } | { state: 'paused'; stream: Stream };

/** The part of the latency budget that a frame may wait behind others on its way: 5 ms of 100. */
const QUEUE_SHARE = 0.05;

/** A picture that waited for longer than this many of the source's intervals is not the newest any more. */
const STALE_INTERVALS = 1.5;

/** What the first pictures say of a link may be far from true, so nobody is told of it, ms. */
const FIRST_MS = 1000;

/**
 * One receiver with its own pace: what it watches, what its link carries, and which rendition it is given therefore.
 * Its readiness goes up to the encoder: a viewer that could not be served asks for nothing.
 */
export class Viewer {
  readonly #transport: ViewerTransport;
  readonly #clock: Clock;
  readonly #memory: RateMemory;
  readonly #delivery: Delivery;
  #watching: Watching = { state: 'idle' };
  #request = DEFAULT_VIEWER_REQUEST;
  /** What there is for the request, and where on it the viewer stands; undefined before the source's size is known. */
  #ladder: Ladder | undefined;
  #adaptation: Adaptation | undefined;
  #drawPace = FREE_PACE;
  #ackPace = EVERY_FRAME;
  /** The newest frame that the viewer said had arrived. */
  #ackedSeq: number | undefined;
  /** The viewer was given less than it asked for and not told why, since nobody knew then. */
  #isOwedReason = false;
  /** Until then nothing is said of a link that was not known when the viewer began, ms. */
  #isNewUntil = -Infinity;

  /** @param memory of what paths to the same address carried. */
  constructor(transport: ViewerTransport, clock: Clock = machineClock, memory: RateMemory = NO_MEMORY) {
    this.#transport = transport;
    this.#clock = clock;
    this.#memory = memory;
    this.#delivery = new Delivery(transport, clock, isReady => {
      if (this.#watching.state === 'watching') this.#watching.lease.setReady(isReady);
    });
  }

  /** undefined when it neither watches nor has paused. */
  get request(): ViewerRequest | undefined {
    return this.#watching.state === 'idle' ? undefined : this.#request;
  }

  /** Starts watching, or changes to another stream or wish. Answered through the transport. */
  watch(stream: Stream, request: ViewerRequest): void {
    const watching = this.#watching;
    this.#request = request;
    this.#delivery.limit({ fps: request.fps ?? Infinity, queueMs: request.latencyBudgetMs * QUEUE_SHARE });
    if (watching.state === 'watching' && watching.stream === stream) {
      watching.lease.change(request);
      return;
    }
    this.#leave();
    const lease = stream.acquire(request, {
      delivery: this.#delivery,
      startRung: (ladder, isRunning) => this.#startRung(ladder, isRunning),
      chosen: (rendition, why, cause) => {
        const { mode } = this.#request;
        this.#transport.chosen(stream, { rendition, mode, why: this.#reasons(rendition, why), cause });
      },
      source: state => this.#transport.source(stream, state),
      refused: error => this.#transport.refused(error),
    });
    this.#watching = { state: 'watching', stream, lease };
    this.#delivery.open();
  }

  /** @returns false when there is nothing to change. A paused viewer is answered when it resumes. */
  change(change: Partial<ViewerRequest>): boolean {
    if (this.#watching.state === 'idle') return false;
    const request = { ...this.#request, ...change };
    if (this.#watching.state === 'paused') this.#request = request;
    else this.watch(this.#watching.stream, request);
    return true;
  }

  /** Gives its claim back, so that nothing is encoded or kept open for it. */
  pause(): void {
    if (this.#watching.state !== 'watching') return;
    const { stream } = this.#watching;
    this.#leave();
    this.#watching = { state: 'paused', stream };
  }

  resume(): void {
    if (this.#watching.state === 'paused') this.watch(this.#watching.stream, this.#request);
  }

  /** Stops watching; frames in flight may still be acknowledged. */
  stop(): void {
    this.#leave();
  }

  /** The viewer says itself what has arrived. @returns false when that frame was not in flight. */
  acknowledge(ack: Ack): boolean {
    const frames = this.#delivery.arrived(ack.seq, arrivalOf(ack));
    // Once more: nothing has come since.
    if (frames === 0 && ack.seq !== this.#ackedSeq) return false;
    this.#ackedSeq = ack.seq;
    if (frames > 0) this.#learn(ack, frames);
    if (this.#ladder === undefined) return true;
    const known = { ...this.#adaptationEvent(this.#ladder), rung: this.#rung, isOverdue: this.#delivery.isOverdue };
    this.#paceAcks(ackPaced(this.#ackPace, known));
    return true;
  }

  #learn(ack: Ack, frames: number): void {
    this.#drawPace = drawn(this.#drawPace, ack, {
      frames,
      isHeldUp: isHeldUp(this.#delivery.link),
      now: this.#clock.now(),
    });
    this.#delivery.limit({ intervalMs: drawIntervalMs(this.#drawPace, ack.hidden) });
    this.#adapt();
  }

  /** For viewers that do not acknowledge: somebody on the way knows what has arrived. */
  arrived(seq: number, arrival: TransportArrival): void {
    if (this.#delivery.arrived(seq, arrival) === 0) return;
    this.#adapt();
    if (this.#ladder === undefined) return;
    const isUsual = arrival.isTimed || arrival.unreadBytes === 0;
    const event = { ...this.#adaptationEvent(this.#ladder), rung: this.#rung };
    this.#ackPace = measurePaced(this.#ackPace, isUsual, event);
    this.#delivery.limit({ measureEvery: this.#ackPace.every });
  }

  /** The viewer has taken a picture and asks for the next: from the first time on it gets one each time. */
  next(): void {
    this.#delivery.next();
  }

  /** The frame that was sent last was followed by a ping, whose pong will tell when it was read. */
  asked(seq: number): void {
    this.#delivery.asked(seq);
  }

  /** That pong has come. */
  read(seq: number): void {
    this.#delivery.read(seq);
  }

  /** Who tells of arrivals changes: those of frames on their way may never be told. */
  forgetInFlight(): void {
    this.#delivery.forget();
    this.#paceAcks(EVERY_FRAME);
    this.#delivery.proceed();
  }

  /** Call once a second. */
  tick(): void {
    this.#delivery.look();
    if (this.#delivery.waitedMs > STALL_TIMEOUT_MS || this.#delivery.unreadMs > UNREAD_TIMEOUT_MS) {
      this.#transport.stalled();
      return;
    }
    if (this.#watching.state === 'watching') {
      const stats = this.stats(this.#watching.stream);
      this.#transport.counted(stats);
      this.#transport.stats(stats);
    }
    this.#remember();
  }

  stats({ viewers }: Stream): ViewerStats {
    const wantedFps = Math.min(this.#request.fps ?? Infinity, this.#ladder?.fps ?? Infinity);
    const taken = viewerFps(this.#drawPace, wantedFps);
    return { ...this.#delivery.counts, link: this.#linkStats(), viewerFps: taken, viewers };
  }

  #linkStats(): LinkStats {
    const { queueMs, at } = this.#delivery.link;
    const rate = carriedRate(this.#delivery.link);
    const isKnown = at > -Infinity;
    return {
      bitsPerSecond: rate === undefined ? null : Math.round(rate * 8000),
      rttMs: isKnown ? rttMs(this.#delivery.link) : null,
      queueMs: isKnown ? Math.max(0, queueMs) : null,
      rung: this.#rung,
      rungs: this.#ladder?.rungs ?? 1,
      latencyBudgetMs: this.#request.latencyBudgetMs,
    };
  }

  get #rung(): number {
    return this.#request.mode === 'auto' ? (this.#adaptation?.rung ?? 0) : 0;
  }

  /** A rate that turned out to be too high for larger pictures would mislead the next viewer as well. */
  #remember(): void {
    const { link } = this.#delivery;
    if (link.rate === undefined || !isBelieved(link) || !this.#isLinkSeen || this.#adaptation?.hold !== undefined)
      return;
    this.#memory.learn({ rate: link.rate, rttMs: rttMs(link) });
  }

  #leave(): void {
    this.#remember();
    if (this.#watching.state === 'watching') {
      this.#watching.lease[Symbol.dispose]();
      this.#transport.counted(this.#delivery.counts);
    }
    this.#watching = { state: 'idle' };
    this.#ladder = undefined;
    this.#delivery.close();
  }

  #startRung(ladder: Ladder, isRunning: (rung: number) => boolean): number {
    this.#ladder = ladder;
    this.#delivery.limit({ staleMs: (STALE_INTERVALS * 1000) / ladder.fps });
    const event = this.#adaptationEvent(ladder);
    if (event.link.rate === undefined) this.#isNewUntil = event.now + FIRST_MS;
    this.#adaptation = startAdaptation({ ...event, isRunning, recalledRate: this.#memory.recall() });
    this.#delivery.limit({ leastBytes: 0 });
    return this.#rung;
  }

  #adaptationEvent(ladder: Ladder): AdaptationEvent {
    const { latencyBudgetMs } = this.#request;
    return { ladder, link: this.#delivery.link, latencyBudgetMs, now: this.#clock.now() };
  }

  /** What has just been learned may ask for another rendition, and for the next frame. */
  #adapt(): void {
    if (this.#request.mode === 'auto') this.#adaptQuality();
    this.#delivery.proceed();
  }

  #adaptQuality(): void {
    const watching = this.#watching;
    if (watching.state !== 'watching' || this.#adaptation === undefined || this.#ladder === undefined) return;
    const before = this.#adaptation;
    this.#adaptation = adaptedAtStart(before, this.#adaptationEvent(this.#ladder));
    this.#delivery.limit({ leastBytes: this.#adaptation.probe?.bytes ?? 0 });
    const isSame = this.#adaptation.rung === before.rung;
    if (isSame && !(this.#isOwedReason && this.#isReasonKnown)) return;
    if (!isSame) this.#delivery.discard();
    watching.lease.switchTo(this.#adaptation.rung);
  }

  #paceAcks(pace: AckPace): void {
    const before = this.#ackPace;
    this.#ackPace = pace;
    if (pace.every === before.every) return;
    this.#delivery.limit({ ackEvery: pace.every });
    this.#transport.acknowledgeEvery?.(ackAllowance(pace, this.#ladder?.fps ?? Infinity));
  }

  /** For people: why this rendition is not what was asked for. */
  #reasons(rendition: ChosenRendition, why: string): string {
    this.#isOwedReason = this.#rung > 0 && !this.#isReasonKnown;
    const ladder = this.#ladder;
    if (this.#rung === 0 || this.#isOwedReason || ladder === undefined) return why;
    const ofLink = linkReason(this.#adaptation, this.#adaptationEvent(ladder), describeRendition(rendition));
    return [ofLink, why].filter(reason => reason !== '').join(' ');
  }

  /** What a viewer holds up itself hides its link, and the first pictures may be far from the truth. */
  get #isLinkSeen(): boolean {
    return !isHeldUp(this.#delivery.link) && this.#clock.now() >= this.#isNewUntil;
  }

  get #isReasonKnown(): boolean {
    const isKnown = carriedRate(this.#delivery.link) !== undefined || this.#adaptation?.hold !== undefined;
    return isKnown && this.#isLinkSeen;
  }
}

function arrivalOf({ receivedAt, payloadMs, held }: Ack): ViewerArrival {
  const heldMs = held === 'payload' ? Math.max(0, payloadMs) : 0;
  const headerAt = held === 'payload' ? receivedAt : receivedAt - payloadMs;
  return { headerAt, arrivedAt: receivedAt, isHeld: held !== 'none', heldMs };
}
