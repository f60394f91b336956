import type { SourceState, StreamInfo } from '@framewire/shared/control';
import type { FrameHeader } from '@framewire/shared/frame-header';
import { renditionKey, type Size } from '@framewire/shared/rendition';
import { machineClock, type Clock } from '../time/clock.js';
import { FramewireError } from '../errors.js';
import { encodedFrame, hasSameShape, type EncodedFrame, type SourceInfo } from '../frames.js';
import { chooseRendition, hasShapeOf, type Choice, type RenditionRequest } from './choose-rendition.js';
import type { CreateProducer, Producer, ProducerCounts, ProducerHealth } from './producer.js';
import { isSameLoss, Outage } from './outage.js';
import { ladderFor } from './ladder.js';
import { StreamLease, type FrameSink, type Lease, type LeaseOwner } from './lease.js';
import { RenditionSizes } from './rendition-sizes.js';
import { Renditions } from './renditions.js';
import type { SharedRendition } from './shared-rendition.js';
import { StreamNumbers } from './stream-numbers.js';

export interface StreamOptions {
  name: string;
  /** For people; the name where there is no other. */
  title: string;
  /** 0-65535, in frame headers. */
  id: number;
  /** For people, until the source was opened and says more. */
  description: string;
  /** How long the source stays open without viewers, ms; Infinity: for ever. */
  graceMs: number;
  /** Renditions at the same time; a request beyond gets the nearest that exists. */
  maxRenditions: number;
  /** @returns a whole JPEG that says why there is no picture. */
  drawPlaceholder: (size: Size, title: string, reason: string) => Promise<Uint8Array>;
  /** Default: the machine's. */
  clock?: Clock;
}

/** The rate of a source that announces none, 1/s. */
const USUAL_FPS = 30;

/** What placeholders measure when the source could not be opened even once. */
const UNKNOWN_SOURCE = { width: 1280, height: 720, isJpeg: false } as const;

/** In place of a picture: under which number, and why. */
interface Shown {
  readonly seq: number;
  readonly why: Outage;
}

/**
 * A named source and everything made from it: opens the source for the first viewer, closes it a while after the
 * last, gives each viewer a rendition, shared where wishes are alike, and shows why when there is no picture.
 */
export class Stream {
  readonly name: string;
  readonly id: number;
  readonly #options: StreamOptions;
  #graceMs: number;
  readonly #clock: Clock;
  readonly #producer: Producer;
  readonly #leases = new Set<StreamLease>();
  readonly #renditions: Renditions;
  #state: SourceState = { state: 'idle' };
  #hint = '';
  /** While the state is `lost`; its placeholder has the same number in every rendition. */
  #loss: Shown | undefined;
  /** Why renditions failed last, while the source is live. */
  #failure: Outage | undefined;
  #info: SourceInfo | undefined;
  #counts: ProducerCounts = { captured: 0, encoded: 0, damaged: 0 };
  #health: ProducerHealth = { restarts: 0, memoryBytes: 0 };
  readonly #sizes = new RenditionSizes();
  readonly #numbers = new StreamNumbers();
  #grace: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #leaseOwner: LeaseOwner;
  #onState: ((state: SourceState) => void) | undefined;
  #endProbe = (): void => undefined;
  readonly #onWarning: (message: string) => void;

  constructor(options: StreamOptions, createProducer: CreateProducer, onWarning: (message: string) => void) {
    this.#options = options;
    this.#graceMs = options.graceMs;
    this.#clock = options.clock ?? machineClock;
    this.name = options.name;
    this.id = options.id;
    this.#onWarning = onWarning;
    this.#leaseOwner = this.#ownLeases();
    this.#producer = createProducer({
      restarted: () => this.#numbers.restart(),
      source: (state, info, hint) => {
        this.#hint = hint ?? '';
        this.#changeSource(state, info);
      },
      frame: (header, payload) => this.#publish(header, payload),
      failed: (id, seq, reason) => this.#fail(id, seq, reason),
      counts: counts => {
        this.#counts = counts;
      },
      health: health => {
        this.#health = health;
      },
      warning: onWarning,
    });
    this.#renditions = new Renditions(options.maxRenditions, this.#producer, this.#clock, lease =>
      this.#place(lease, 'turn'),
    );
  }

  get info(): StreamInfo {
    return {
      name: this.name,
      title: this.#options.title,
      id: this.id,
      description: this.#info?.description ?? this.#options.description,
      source: this.#state,
      width: this.#info?.width ?? null,
      height: this.#info?.height ?? null,
      fps: this.#info !== undefined && this.#info.fps > 0 ? this.#info.fps : null,
      viewers: this.viewers,
      ...this.#counts,
      renditions: this.#renditions.keys,
    };
  }

  get health(): ProducerHealth {
    return this.#health;
  }

  get viewers(): number {
    return this.#leases.size;
  }

  /** What the operator can do about a source that is lost; empty when there is nothing. No business of viewers. */
  get hint(): string {
    return this.#hint;
  }

  /** Calls back at every change of the source's state. */
  onState(listener: (state: SourceState) => void): void {
    this.#onState = listener;
  }

  /**
   * Opens the source to see whether it works; it closes again after the grace.
   *
   * @param patienceMs how long to wait for an answer.
   * @returns the state that it has by then, or when the stream is closed.
   */
  async probe(patienceMs: number): Promise<SourceState> {
    this.#state = { state: 'starting' };
    this.#producer.start();
    const state = await new Promise<SourceState>(resolve => {
      const answer = () => {
        clearTimeout(timer);
        resolve(this.#state);
      };
      const timer = setTimeout(answer, patienceMs);
      this.#endProbe = answer;
      this.onState(changed => {
        if (changed.state === 'live' || changed.state === 'lost') answer();
      });
    });
    if (this.#leases.size === 0) this.#startGrace();
    return state;
  }

  /** The sink is told the source's state at once, and the rendition as soon as the source's size is known. */
  acquire(request: RenditionRequest, sink: FrameSink): Lease {
    const lease = new StreamLease(request, sink, this.#leaseOwner);
    this.#leases.add(lease);
    clearTimeout(this.#grace);
    if (this.#state.state === 'idle') this.#state = { state: 'starting' };
    if (!this.#isClosed) this.#producer.start();
    sink.source(this.#state);
    this.#place(lease);
    return lease;
  }

  /** @throws FramewireError too-many-sizes when there is no place now for a viewer that must keep its size. */
  refuseWithoutRoom(request: RenditionRequest): void {
    if (request.size !== 'fixed' || this.#info === undefined) return;
    if (!this.#renditions.canHaveSize(chooseRendition(request, this.#info).spec)) throw this.#tooManySizes();
  }

  /** Tells all who watch that there is nothing for them here any more. */
  dismiss(reason: FramewireError): void {
    for (const lease of [...this.#leases]) lease.refuse(reason);
  }

  /** @param graceMs as in `StreamOptions`, from the next time on that nobody watches. */
  setGrace(graceMs: number): void {
    this.#graceMs = graceMs;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#grace);
    this.#endProbe();
    await this.#producer.stop();
  }

  #ownLeases(): LeaseOwner {
    return {
      changed: lease => this.#place(lease),
      released: lease => this.#release(lease),
      expectedBytes: (rung, near) => this.#sizes.expected(rung, near, this.#clock.now()),
      sourceFps: () => (this.#info !== undefined && this.#info.fps > 0 ? this.#info.fps : USUAL_FPS),
      isRunning: rung => this.#renditions.isRunning(rung.spec),
    };
  }

  #release(lease: StreamLease): void {
    this.#leases.delete(lease);
    this.#renditions.leave(lease);
    if (this.#leases.size === 0) this.#startGrace();
  }

  #startGrace(): void {
    clearTimeout(this.#grace);
    if (this.#graceMs === Infinity || this.#isClosed) return;
    this.#grace = setTimeout(() => {
      this.#state = { state: 'idle' };
      this.#loss = undefined;
      this.#onState?.(this.#state);
      this.#producer.stop().catch((error: unknown) => this.#onWarning(String(error)));
    }, this.#graceMs);
  }

  /** Finds the lease its rendition; before the source's size is known, that waits. */
  #place(lease: StreamLease, occasion: 'news' | 'turn' = 'news'): void {
    const source = this.#info ?? (this.#state.state === 'lost' ? UNKNOWN_SOURCE : undefined);
    if (source === undefined) return;
    if (lease.size !== undefined && !hasShapeOf(source, lease.size)) {
      this.#renditions.leave(lease);
      lease.refuse(this.#otherShape(lease.size, source));
      return;
    }
    const rung = lease.rung ?? lease.setLadder(ladderFor(lease.request, source, lease.size));
    const choice = this.#renditions.choose(lease, rung);
    if (choice === 'full') this.#placeInstead(lease, rung);
    else if (choice !== 'later' && (occasion === 'news' || choice.spec !== lease.rendition?.spec))
      this.#give(lease, choice);
  }

  #give(lease: StreamLease, { spec, why }: Choice): void {
    const isNew = this.#renditions.join(lease, spec);
    const { rendition } = lease;
    if (rendition === undefined) return;
    if (isNew) {
      void this.#showLoss(rendition, frame => {
        if (lease.rendition === rendition) lease.deliver(frame);
      });
    }
    lease.answer({ id: rendition.id, ...rendition.spec, fps: lease.request.fps }, why);
  }

  /** At the limit, viewers that can take another size make room for one that cannot. */
  #placeInstead(lease: StreamLease, choice: Choice): void {
    const expendable = this.#renditions.expendable();
    if (expendable === undefined) {
      lease.refuse(this.#tooManySizes());
      return;
    }
    const others = [...this.#leases].filter(other => other !== lease && other.rendition === expendable);
    for (const other of others) this.#renditions.leave(other);
    this.#give(lease, choice);
    for (const other of others) this.#place(other);
  }

  #otherShape(size: Size, source: Size): FramewireError {
    const message = `${this.name} is ${source.width}x${source.height} now, which is not the shape of ${size.width}x${size.height}.`;
    return new FramewireError('shape-changed', message, 'Connect again to get it as it is.');
  }

  #tooManySizes(): FramewireError {
    const sizes = this.#renditions.sizes.join(', ');
    const message = `${this.name} is watched in as many sizes as it may have at the same time: ${sizes}.`;
    return new FramewireError(
      'too-many-sizes',
      message,
      'Ask for one of these, or with size=auto for whatever there is.',
    );
  }

  #changeSource(state: SourceState, info: SourceInfo | undefined): void {
    // It was tried again in vain: that is no news, every few seconds for as long as the camera is away.
    if (isSameLoss(state, this.#state)) return;
    this.#state = state;
    this.#loss = state.state === 'lost' ? { seq: this.#numbers.insert(), why: this.#explain(state.reason) } : undefined;
    const isOther = info !== undefined && !hasSameShape(info, this.#info);
    this.#info = info ?? this.#info;
    for (const lease of this.#leases) lease.sink.source(state);
    // All leave before the first is placed again: renditions of the old size would count against the limit.
    if (isOther) {
      for (const lease of this.#leases) {
        this.#renditions.leave(lease);
        lease.clearLadder();
      }
    }
    for (const rendition of this.#renditions) {
      void this.#showLoss(rendition, frame => rendition.deliver(frame));
    }
    for (const lease of this.#leases) if (lease.rendition === undefined) this.#place(lease);
    this.#onState?.(state);
  }

  #publish(header: FrameHeader, payload: Uint8Array): void {
    // What was still on its way when the source was lost would cover the placeholder, and is old.
    if (this.#state.state === 'lost') return;
    this.#deliver({ ...header, seq: this.#numbers.of(header.seq) }, payload);
  }

  /**
   * The placeholder stands for the picture that failed and has its number, so that other renditions notice nothing and
   * the next picture replaces it. It is sent with every report: whoever has joined since the last one needs it.
   */
  #fail(id: number, producerSeq: number, reason: string): void {
    const rendition = this.#renditions.withId(id);
    if (this.#state.state === 'lost' || rendition === undefined) return;
    if (this.#failure?.reason !== reason) this.#failure = this.#explain(reason);
    const shown = { seq: this.#numbers.of(producerSeq), why: this.#failure };
    void this.#show(shown, rendition, frame => rendition.deliver(frame));
  }

  #explain(reason: string): Outage {
    const { drawPlaceholder, title } = this.#options;
    return new Outage(reason, size => drawPlaceholder(size, title, reason), this.#onWarning);
  }

  /** Delivers the placeholder of the present loss, if there is one. */
  async #showLoss(rendition: SharedRendition, deliver: (frame: EncodedFrame) => void): Promise<void> {
    const loss = this.#loss;
    if (loss === undefined) return;
    await this.#show(loss, rendition, frame => {
      if (this.#loss === loss) deliver(frame);
    });
  }

  async #show({ seq, why }: Shown, rendition: SharedRendition, deliver: (frame: EncodedFrame) => void): Promise<void> {
    const numbers = { stream: this.id, seq, capturedAt: () => this.#clock.now() };
    const frame = await why.placeholder(numbers, rendition);
    if (frame !== undefined) deliver(frame);
  }

  #deliver(header: FrameHeader, payload: Uint8Array): void {
    const frame = encodedFrame(header, payload);
    const rendition = this.#renditions.withId(header.rendition);
    if (rendition === undefined) return;
    this.#sizes.observe(renditionKey(rendition.spec), payload.length, this.#clock.now());
    rendition.deliver(frame);
  }
}
