export interface BottleneckOptions {
  /** Bits a second. */
  rate: number;
  /** Bytes that pass at once after a pause, as a full token bucket lets them; 0: none. */
  burst: number;
  /** Bytes that may wait before the narrowest place. */
  queueBytes: number;
  /** From the narrowest place to the receiver, ms. */
  delayMs: number;
  /** Each arrival is later by 0 to twice this, in order, ms. */
  jitterMs: number;
  /** What arrives is let out together at every multiple of this, ms; 0: at once. */
  glueMs: number;
}

interface Slice<T> {
  readonly item: T;
  readonly bytes: number;
  readonly offeredAt: number;
}

/**
 * One narrow place, first in first out, shared by all that offer to it, and the path behind it. Pure by its clock: it
 * is told the time, and what was due earlier leaves at the time at which it was due.
 */
export class Bottleneck<T> {
  #options: BottleneckOptions;
  readonly #random: () => number;
  #waiting: Slice<T>[] = [];
  #waitingBytes = 0;
  /** When the narrowest place has passed all that it has begun. */
  #freeAt = 0;
  /** What the bucket held then, bytes. */
  #tokens: number;
  #lastArrival = 0;
  readonly #onWay: { item: T; arrivesAt: number }[] = [];
  #isPaused = false;

  constructor(options: BottleneckOptions, random: () => number) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#random = random;
  }

  /** Whether the queue takes more: TCP must not lose bytes here, so a full queue stops who offers. */
  get hasRoom(): boolean {
    return this.#waitingBytes < this.#options.queueBytes;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#onWay.length === 0;
  }

  offer(item: T, bytes: number, now: number): void {
    this.#waiting.push({ item, bytes, offeredAt: now });
    this.#waitingBytes += bytes;
  }

  /** Holds for what has not passed yet. */
  set(options: Partial<BottleneckOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  /** Nothing leaves and nothing arrives any more. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(now: number): void {
    this.#isPaused = false;
    this.#freeAt = Math.max(this.#freeAt, now);
  }

  /** @returns what has arrived by now, in order. */
  drain(now: number): T[] {
    if (this.#isPaused) return [];
    this.#pass(now);
    const arrived = this.#onWay.findIndex(({ arrivesAt }) => arrivesAt > now);
    return this.#onWay.splice(0, arrived === -1 ? this.#onWay.length : arrived).map(({ item }) => item);
  }

  #pass(now: number): void {
    let passed = 0;
    for (const { item, bytes, offeredAt } of this.#waiting) {
      const { rate, burst } = this.#options;
      const beginsAt = Math.max(this.#freeAt, offeredAt);
      const tokens = Math.min(burst, this.#tokens + ((beginsAt - this.#freeAt) * rate) / 8000);
      const leavesAt = beginsAt + (Math.max(0, bytes - tokens) * 8000) / rate;
      if (leavesAt > now) break;
      this.#freeAt = leavesAt;
      this.#tokens = Math.max(0, tokens - bytes);
      this.#waitingBytes -= bytes;
      passed += 1;
      this.#onWay.push({ item, arrivesAt: this.#arrival(leavesAt) });
    }
    this.#waiting = this.#waiting.slice(passed);
  }

  #arrival(leavesAt: number): number {
    const { delayMs, jitterMs, glueMs } = this.#options;
    const arrival = Math.max(this.#lastArrival, leavesAt + delayMs + 2 * jitterMs * this.#random());
    this.#lastArrival = arrival;
    return glueMs === 0 ? arrival : Math.ceil(arrival / glueMs) * glueMs;
  }
}
