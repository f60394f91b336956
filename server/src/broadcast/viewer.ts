import type { Ack } from '@framewire/shared/ack';
import type { ChosenRendition, SourceState, ViewerStats } from '@framewire/shared/control';
import { Latest } from '@framewire/shared/latest';
import { STALL_TIMEOUT_MS } from '@framewire/shared/protocol';
import type { EncodedFrame } from '../frames.js';
import { monotonicMs } from '../monotonic.js';
import { OPEN_GATE, passGate } from '../rate-gate.js';
import type { RenditionRequest } from './choose-rendition.js';
import { fixedWindow, type Congestion } from './congestion.js';
import type { Lease } from './lease.js';
import { IDLE_PACER, acknowledged, maySend, sent, waitedMs, type Pacer } from './pacer.js';
import type { Stream } from './stream.js';
import { ViewerCounts } from './viewer-counts.js';

/** How one viewer's bytes leave: the only part of a viewer that differs between WebSocket and HTTP. */
export interface ViewerTransport {
  /**
   * Hands a frame to the socket; the bytes are shared with other viewers and must not be changed.
   *
   * @param onTaken called once the socket has handed all of it to the kernel.
   */
  send(frame: EncodedFrame, onTaken: () => void): void;
  /** What was chosen for the viewer, at the start and after each change. */
  chosen(stream: Stream, rendition: ChosenRendition, why: string): void;
  source(stream: Stream, state: SourceState): void;
  /** Once a second while it watches. */
  stats(stats: ViewerStats): void;
  /** The viewer took or acknowledged nothing for `STALL_TIMEOUT_MS`: let it go, its socket may not even close. */
  stalled(): void;
}

type Watching =
  | { state: 'idle' }
  | { state: 'watching'; stream: Stream; request: RenditionRequest; lease: Lease }
  | { state: 'paused'; stream: Stream; request: RenditionRequest };

/**
 * One receiver with its own pace. Frames are sent while its window has room; the newest that finds none waits in one
 * slot and an older one there is dropped. Its readiness goes up to the encoder: a viewer that could not be served
 * asks for nothing.
 */
export class Viewer {
  readonly #transport: ViewerTransport;
  readonly #acknowledgedBy: 'viewer' | 'socket';
  readonly #counts = new ViewerCounts();
  readonly #waiting = new Latest<EncodedFrame>();
  #watching: Watching = { state: 'idle' };
  #congestion: Congestion;
  #pacer: Pacer = IDLE_PACER;
  #gate = OPEN_GATE;

  constructor(transport: ViewerTransport, acknowledgedBy: 'viewer' | 'socket') {
    this.#transport = transport;
    this.#acknowledgedBy = acknowledgedBy;
    this.#congestion = fixedWindow(acknowledgedBy);
  }

  /** undefined when it neither watches nor has paused. */
  get request(): RenditionRequest | undefined {
    return this.#watching.state === 'idle' ? undefined : this.#watching.request;
  }

  /** Starts watching, or changes to another stream or wish. Answered through the transport. */
  watch(stream: Stream, request: RenditionRequest): void {
    const now = this.#watching;
    if (now.state === 'watching' && now.stream === stream) {
      this.#watching = { ...now, request };
      now.lease.change(request);
      return;
    }
    this.#leave();
    const lease = stream.acquire(request, {
      frame: frame => this.#offer(frame),
      chosen: (rendition, why) => this.#transport.chosen(stream, rendition, why),
      source: state => this.#transport.source(stream, state),
    });
    this.#watching = { state: 'watching', stream, request, lease };
    this.#updateReadiness();
  }

  /** @returns false when there is nothing to change. A paused viewer is answered when it resumes. */
  change(change: Partial<RenditionRequest>): boolean {
    if (this.#watching.state === 'idle') return false;
    const request = { ...this.#watching.request, ...change };
    if (this.#watching.state === 'paused') this.#watching = { ...this.#watching, request };
    else this.watch(this.#watching.stream, request);
    return true;
  }

  /** Gives its claim back, so that nothing is encoded or kept open for it. */
  pause(): void {
    if (this.#watching.state !== 'watching') return;
    const { stream, request } = this.#watching;
    this.#leave();
    this.#watching = { state: 'paused', stream, request };
  }

  resume(): void {
    if (this.#watching.state === 'paused') this.watch(this.#watching.stream, this.#watching.request);
  }

  /** Stops watching; frames in flight may still be acknowledged. */
  stop(): void {
    this.#leave();
  }

  /** @returns false when that frame was not in flight. */
  acknowledge(ack: Ack): boolean {
    return this.#acknowledgedBy === 'viewer' && this.#acknowledged(ack.seq, ack);
  }

  /** Call once a second. */
  tick(): void {
    if (waitedMs(this.#pacer, monotonicMs()) > STALL_TIMEOUT_MS) {
      this.#transport.stalled();
      return;
    }
    if (this.#watching.state === 'watching') this.#transport.stats(this.stats(this.#watching.stream));
  }

  stats({ info: { viewers } }: Stream): ViewerStats {
    const { captured, sent: sentFrames, sentBytes, dropped } = this.#counts;
    const link = { bitsPerSecond: null, rttMs: null, queueMs: null, rung: 0, rungs: 1, latencyBudgetMs: 100 };
    return { captured, sent: sentFrames, sentBytes, dropped: { ...dropped }, link, viewers };
  }

  #leave(): void {
    if (this.#watching.state === 'watching') this.#watching.lease[Symbol.dispose]();
    this.#watching = { state: 'idle' };
    if (this.#waiting.take() !== undefined) this.#counts.dropped.superseded += 1;
    this.#counts.interrupt();
    this.#gate = OPEN_GATE;
  }

  #offer(frame: EncodedFrame): void {
    if (this.#watching.state !== 'watching' || !this.#counts.offered(frame.header.seq)) return;
    // A placeholder is news, whatever the rate.
    const gate = frame.header.placeholder
      ? OPEN_GATE
      : passGate(this.#gate, frame.header.capturedAt, this.#watching.request.fps ?? Infinity);
    if (gate === undefined) {
      this.#counts.dropped.rate += 1;
      return;
    }
    this.#gate = gate;
    if (this.#waiting.put(frame) !== undefined) this.#counts.dropped.superseded += 1;
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    if (maySend(this.#pacer, this.#congestion.windowFrames)) {
      const frame = this.#waiting.take();
      if (frame !== undefined) this.#send(frame);
    }
    this.#updateReadiness();
  }

  #send(frame: EncodedFrame): void {
    const { seq } = frame.header;
    const bytes = frame.headerBytes.length + frame.payload.length;
    this.#counts.sent += 1;
    this.#counts.sentBytes += bytes;
    this.#pacer = sent(this.#pacer, { seq, bytes, sentAt: monotonicMs() });
    this.#transport.send(frame, () => {
      if (this.#acknowledgedBy === 'socket') this.#acknowledged(seq);
    });
  }

  #acknowledged(seq: number, ack?: Ack): boolean {
    const result = acknowledged(this.#pacer, seq);
    if (result === undefined) return false;
    this.#pacer = result.pacer;
    const event = { frame: result.frame, now: monotonicMs() };
    this.#congestion = this.#congestion.acked(ack === undefined ? event : { ...event, ack });
    this.#sendWaiting();
    return true;
  }

  #updateReadiness(): void {
    if (this.#watching.state !== 'watching') return;
    this.#watching.lease.setReady(maySend(this.#pacer, this.#congestion.windowFrames));
  }
}
