import type { ChangeCause, ChosenRendition, SourceState } from '@framewire/shared/control';
import type { Size } from '@framewire/shared/rendition';
import type { FramewireError } from '../errors.js';
import type { EncodedFrame } from '../frames.js';
import type { RenditionRequest } from './choose-rendition.js';
import type { Ladder, Rung } from './ladder.js';
import type { RenditionMember, SharedRendition } from './shared-rendition.js';

export interface FrameTaker {
  offer(frame: EncodedFrame): void;
}

/** One viewer's side of a lease. */
export interface FrameSink {
  /** Takes the frames; the same as long as the lease lives. */
  readonly delivery: FrameTaker;
  /** Whether it rather waits for what it asked for than takes something else meanwhile. Default: no. */
  readonly isPatient?: boolean;
  /**
   * There is a ladder for the request, or another one.
   *
   * @param isRunning whether somebody watches what a rung comes to, so that it costs no encoder more.
   * @returns the rung to begin with.
   */
  startRung(ladder: Ladder, isRunning: (rung: number) => boolean): number;
  /** What was chosen for the request, at the start and after each change; `why` as in `Choice`. */
  chosen(rendition: ChosenRendition, why: string, cause: ChangeCause): void;
  source(state: SourceState): void;
  /** There is nothing of the size that it must have: no frames come any more. Never called from within `acquire`. */
  refused(error: FramewireError): void;
}

/** One viewer's claim on a rendition. The last lease of a rendition ends it; the last of a stream, the source. */
export interface Lease extends Disposable {
  /** Whether a frame could be sent at once. Nothing is encoded while no lease is ready. */
  setReady(isReady: boolean): void;
  /** Asks for something else; answered through the sink. */
  change(request: RenditionRequest): void;
  /** Takes another rung of the ladder; answered through the sink. */
  switchTo(rung: number): void;
}

export interface LeaseOwner {
  changed(lease: StreamLease): void;
  released(lease: StreamLease): void;
  /** Bytes of a frame, as expected. */
  expectedBytes(rung: Rung, near: Rung): number;
  /** The source's own rate, 1/s. */
  sourceFps(): number;
  isRunning(rung: Rung): boolean;
}

/** A picture is the newest for so many of the source's intervals: one, and the time until the next is encoded. */
const NEWEST_INTERVALS = 1.5;

/** A lease's place on the ladder for its request. */
class LeaseLadder implements Ladder {
  readonly steps: readonly [Rung, ...Rung[]];
  step: Rung;
  readonly #lease: Pick<StreamLease, 'fps'>;
  readonly #owner: LeaseOwner;

  constructor(steps: readonly [Rung, ...Rung[]], lease: Pick<StreamLease, 'fps'>, owner: LeaseOwner) {
    this.steps = steps;
    this.step = steps[0];
    this.#lease = lease;
    this.#owner = owner;
  }

  get rungs(): number {
    return this.steps.length;
  }

  get fps(): number {
    return Math.min(this.#lease.fps, this.#owner.sourceFps());
  }

  bytes(rung: number): number {
    return this.#owner.expectedBytes(this.at(rung), this.step);
  }

  minFps(rung: number): number {
    return this.at(rung).minFps;
  }

  /** Below the last rung is the last. */
  at(rung: number): Rung {
    return this.steps[Math.min(rung, this.steps.length - 1)] ?? this.steps[0];
  }
}

/** A lease as its stream sees it: `rendition` is for `Renditions` to set. */
export class StreamLease implements Lease, RenditionMember {
  // With 200 viewers each object on a frame's way is out of the cache by the next frame: the fewer, the better.
  readonly #delivery: FrameTaker;
  #isReleased = false;
  readonly sink: FrameSink;
  rendition: SharedRendition | undefined;
  #ladder: LeaseLadder | undefined;
  /** What the next answer follows. */
  #cause: ChangeCause = 'asked';
  readonly #owner: LeaseOwner;
  #request: RenditionRequest;
  #isReady = false;
  /** Of its first picture, where all must be as large. */
  #size: Size | undefined;

  constructor(request: RenditionRequest, sink: FrameSink, owner: LeaseOwner) {
    this.#delivery = sink.delivery;
    this.#request = request;
    this.sink = sink;
    this.#owner = owner;
  }

  get request(): RenditionRequest {
    return this.#request;
  }

  /** The rung that it stands on; undefined before there is a ladder. */
  get rung(): Rung | undefined {
    return this.#ladder?.step;
  }

  /** Whether it stands below the top: it takes less than was asked for. */
  get hasStepped(): boolean {
    return this.#ladder !== undefined && this.#ladder.step !== this.#ladder.steps[0];
  }

  get fps(): number {
    return this.#request.fps ?? Infinity;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get keepsSize(): boolean {
    return this.#request.size === 'fixed';
  }

  get isPatient(): boolean {
    return this.sink.isPatient === true;
  }

  /** What all its pictures measure, where that is settled. */
  get size(): Size | undefined {
    return this.#size;
  }

  deliver(frame: EncodedFrame): void {
    if (!this.#isReleased) this.#delivery.offer(frame);
  }

  /**
   * Who joins others has their newest picture at once, unless the next is due. Its viewer, which may be about to acquire
   * this lease, takes it a moment later.
   */
  catchUp(rendition: SharedRendition, now: number): void {
    const { newest } = rendition;
    if (
      newest === undefined ||
      newest.header.placeholder ||
      now - newest.header.capturedAt > (NEWEST_INTERVALS * 1000) / this.#owner.sourceFps()
    )
      return;
    queueMicrotask(() => {
      if (this.rendition === rendition) this.deliver(newest);
    });
  }

  setReady(isReady: boolean): void {
    if (isReady === this.#isReady || this.#isReleased) return;
    this.#isReady = isReady;
    this.rendition?.readinessChanged(this);
  }

  change(request: RenditionRequest): void {
    if (this.#isReleased) return;
    // Out of the demand with the old rate, and into it with the new one.
    const wasReady = this.#isReady;
    this.setReady(false);
    if (!asksForSameSize(request, this.#request)) this.#size = undefined;
    this.#request = request;
    this.#ladder = undefined;
    this.#cause = 'asked';
    this.setReady(wasReady);
    this.#owner.changed(this);
  }

  /** Sets the ladder for the present request. @returns where on it the viewer stands. */
  setLadder(steps: readonly [Rung, ...Rung[]]): Rung {
    const ladder = new LeaseLadder(steps, this, this.#owner);
    this.#ladder = ladder;
    ladder.step = ladder.at(this.sink.startRung(ladder, rung => this.#owner.isRunning(ladder.at(rung))));
    if (this.keepsSize) this.#size ??= steps[0].spec;
    return ladder.step;
  }

  /** Drops the ladder: the source has become another one. */
  clearLadder(): void {
    this.#ladder = undefined;
  }

  switchTo(rung: number): void {
    if (this.#isReleased || this.#ladder === undefined) return;
    this.#ladder.step = this.#ladder.at(rung);
    if (this.#cause !== 'asked') this.#cause = 'link';
    this.#owner.changed(this);
  }

  /** Tells its viewer what it was given. */
  answer(rendition: ChosenRendition, why: string): void {
    const cause = this.#cause;
    this.#cause = 'source';
    this.sink.chosen(rendition, why, cause);
  }

  /** Tells its viewer, once that knows its lease, that there is nothing for it. */
  refuse(error: FramewireError): void {
    queueMicrotask(() => {
      if (!this.#isReleased) this.sink.refused(error);
    });
  }

  [Symbol.dispose](): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owner.released(this);
  }
}

function asksForSameSize(a: RenditionRequest, b: RenditionRequest): boolean {
  return a.size === b.size && a.maxWidth === b.maxWidth && a.maxHeight === b.maxHeight;
}
