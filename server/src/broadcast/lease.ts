import type { ChosenRendition, SourceState } from '@framewire/shared/control';
import type { EncodedFrame } from '../frames.js';
import type { RenditionRequest } from './choose-rendition.js';
import type { RenditionMember, SharedRendition } from './shared-rendition.js';

/** One viewer's side of a lease. */
export interface FrameSink {
  frame(frame: EncodedFrame): void;
  /** What was chosen for the request, at the start and after each change; `why` as in `Choice`. */
  chosen(rendition: ChosenRendition, why: string): void;
  source(state: SourceState): void;
}

/** One viewer's claim on a rendition. The last lease of a rendition ends it; the last of a stream, the source. */
export interface Lease extends Disposable {
  /** Whether a frame could be sent at once. Nothing is encoded while no lease is ready. */
  setReady(isReady: boolean): void;
  /** Asks for something else; answered through the sink. */
  change(request: RenditionRequest): void;
}

export interface LeaseOwner {
  changed(lease: StreamLease): void;
  released(lease: StreamLease): void;
}

/** A lease as its stream sees it: `rendition` is the stream's to set. */
export class StreamLease implements Lease, RenditionMember {
  readonly sink: FrameSink;
  rendition: SharedRendition | undefined;
  readonly #owner: LeaseOwner;
  #request: RenditionRequest;
  #isReady = false;
  #isReleased = false;

  constructor(request: RenditionRequest, sink: FrameSink, owner: LeaseOwner) {
    this.#request = request;
    this.sink = sink;
    this.#owner = owner;
  }

  get request(): RenditionRequest {
    return this.#request;
  }

  get fps(): number {
    return this.#request.fps ?? Infinity;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  deliver(frame: EncodedFrame): void {
    if (!this.#isReleased) this.sink.frame(frame);
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
    this.#request = request;
    this.setReady(wasReady);
    this.#owner.changed(this);
  }

  [Symbol.dispose](): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owner.released(this);
  }
}
