import { monotonicMs } from './monotonic.js';

const TICK_MS = 250;

/** A loop that is this late was not busy: the process was stopped, or its machine frozen, ms. */
const SLEEP_MS = 1000;

/** A picture of before the sleep is old by this, ms. */
const OLD_MS = 1000;

/**
 * Knows when this process last slept (SIGSTOP, a frozen container or virtual machine). What lies in pipes and slots then
 * looks like what has just come, and is as old as the sleep was long. Pure: the caller says what time it is.
 */
export class SleepWatch {
  #tickedAt: number;
  #wokeAt = -Infinity;

  /** @param now ms on the monotonic clock, as everywhere here. */
  constructor(now: number) {
    this.#tickedAt = now;
  }

  /** Call every 250 ms. */
  tick(now: number): void {
    this.#look(now);
    this.#tickedAt = now;
  }

  /** Whether a picture captured then is from before a sleep, and must not be shown as the present. */
  isFromBefore(capturedAt: number, now: number): boolean {
    this.#look(now);
    return capturedAt < this.#wokeAt - OLD_MS;
  }

  /** Whatever is read first on waking asks before the timer has run. */
  #look(now: number): void {
    if (now - this.#tickedAt > TICK_MS + SLEEP_MS) this.#wokeAt = now;
  }
}

/** Of this process. */
export const sleepWatch = new SleepWatch(monotonicMs());
setInterval(() => sleepWatch.tick(monotonicMs()), TICK_MS).unref();
