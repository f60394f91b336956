import type { Clock } from '../../server/src/time/clock.js';
import type { Rate } from './rate-plan.js';

export interface LinkOptions {
  readonly rate: Rate;
  readonly rttMs: number;
  /** Each arrival is later by 0 to twice this, in order. */
  readonly jitterMs: number;
  /** What other traffic keeps waiting in the queue before the narrowest place, ms; 0: none. */
  readonly crossMs: (time: number) => number;
  /** What a token bucket lets through at once when it is full, bytes; 0: no bucket. */
  readonly burst: number;
  readonly random: () => number;
}

/** The most that is handed over as one packet, bytes. */
const MOST_WHOLE = 65_536;

/** The narrowest place of a path, shared by all who send over it, with a delay before and behind. */
export class SimulatedLink {
  readonly #clock: Clock;
  readonly #options: LinkOptions;
  #freeAt = 0;
  /** When the bucket was full last, and the bytes that it let through since. */
  #bucket = { fullAt: 0, bytes: 0 };
  #lastArrival = 0;
  /** Bytes that have passed. */
  passed = 0;

  constructor(clock: Clock, options: LinkOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /**
   * Whether so many bytes come whole. Linux hands up to 64 kB that are written at once to a bucket as one packet (GSO), which
   * it cuts where it is larger than the burst.
   */
  isWhole(bytes: number): boolean {
    return this.#options.burst >= MOST_WHOLE && bytes <= MOST_WHOLE;
  }

  /** Towards the viewer. First in, first out. */
  send(bytes: number, onArrived: () => void): void {
    const { rttMs, jitterMs, crossMs, random } = this.#options;
    const now = this.#clock.now();
    const cross = crossMs(now);
    // A greedy neighbour's bytes wait before ours, and come between them as often as ours.
    this.#freeAt = this.#leave(Math.max(this.#freeAt, now + cross), cross > 0 ? 2 * bytes : bytes);
    this.passed += bytes;
    const arrival = Math.max(this.#lastArrival, this.#freeAt + rttMs / 2 + 2 * jitterMs * random());
    this.#lastArrival = arrival;
    this.#clock.at(arrival, onArrived);
  }

  /** @returns when the last of these bytes has passed: a full bucket is `burst` bytes ahead of its rate. */
  #leave(from: number, bytes: number): number {
    const { rate, burst } = this.#options;
    const { fullAt, bytes: before } = this.#bucket;
    const isFull = rate.finish(fullAt, before) <= from;
    this.#bucket = isFull ? { fullAt: from, bytes } : { fullAt, bytes: before + bytes };
    const beyond = this.#bucket.bytes - burst;
    return beyond <= 0 ? from : Math.max(from, rate.finish(this.#bucket.fullAt, beyond));
  }

  /** Towards the server: never full, but it stands still with the rest. */
  answer(onArrived: () => void): void {
    const { rate, rttMs } = this.#options;
    this.#clock.at(rate.finish(this.#clock.now(), 1) + rttMs / 2, onArrived);
  }
}
