import { retryDelayMs } from '../connection/backoff.js';
import { createFrame, type Frame } from '../frame.js';
import { PartReader } from './part-reader.js';

/** A picture that stands still comes again each second: a feed that is silent for longer is none, ms. */
const SILENCE_MS = 4000;

/** What a plain feed tells; nothing after `close`. */
export interface PlainFeedEvents {
  frame(frame: Frame): void;
  /** No pictures come any more; it is tried again. */
  silent(): void;
}

/** Pictures by plain HTTP, for as long as no WebSocket opens: without times, clocks or a word from the server. */
export class PlainFeed {
  readonly #url: string;
  readonly #events: PlainFeedEvents;
  #state: 'open' | 'closed' = 'open';
  #request: AbortController | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seq = 0;

  /** @param url of `/video_feed`, with all wishes */
  constructor(url: string, events: PlainFeedEvents) {
    this.#url = url;
    this.#events = events;
    void this.#run();
  }

  close(): void {
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  async #run(): Promise<void> {
    const before = this.#seq;
    const request = new AbortController();
    this.#request = request;
    this.#watchSilence();
    try {
      await this.#read(request.signal);
    } catch {
      // It broke, was refused or is no feed: why no WebSocket opens is told already, and matters more.
    }
    request.abort();
    clearTimeout(this.#timer);
    if (this.#state === 'closed') return;
    this.#failures = this.#seq > before ? 1 : this.#failures + 1;
    this.#timer = setTimeout(() => void this.#run(), retryDelayMs(this.#failures, Math.random()));
    this.#events.silent();
  }

  async #read(signal: AbortSignal): Promise<void> {
    // The server takes for a browser what wants an image: pictures of any size, and again while they stand still.
    const response = await fetch(this.#url, { cache: 'no-store', headers: { Accept: 'image/*' }, signal });
    if (!response.ok || response.body === null) return;
    const parts = new PartReader();
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      // Of several that come at once, the newest is what is left of them.
      const picture = parts.push(read.value).at(-1);
      if (picture === undefined) continue;
      this.#watchSilence();
      this.#events.frame(this.#frameOf(picture));
    }
  }

  #watchSilence(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#request?.abort(), SILENCE_MS);
  }

  /** What a header would say and nothing here knows is 0. */
  #frameOf(payload: Uint8Array<ArrayBuffer>): Frame {
    this.#seq += 1;
    const kind = { codec: 'jpeg', key: true, discardable: true, placeholder: false } as const;
    const numbers = { stream: 0, rendition: 0, seq: this.#seq, refSeq: 0, payloadBytes: payload.byteLength };
    const header = { ...kind, ...numbers, capturedAt: 0, encodeUs: 0, width: 0, height: 0 };
    return createFrame(
      { header, payload, receivedAt: performance.now(), payloadMs: 0, held: 'none', heldMs: 0 },
      undefined,
      0,
    );
  }
}
