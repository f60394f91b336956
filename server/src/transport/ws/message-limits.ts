/** Far above any honest viewer: 240 acknowledgements a second, a slider that is dragged, clock samples. */
const MOST_MESSAGES = 2000;
const MESSAGES_WINDOW_MS = 1000;
/** A page that is scrolled through pauses and resumes some times a second; each time costs an encode. */
const MOST_CLAIMS = 30;
const MOST_BAD_MESSAGES = 20;
const BAD_WINDOW_MS = 10_000;

/** Counts in windows that start with the first message after the last one has ended: no timers, no history. */
class WindowCount {
  readonly #windowMs: number;
  readonly #most: number;
  #since = -Infinity;
  #count = 0;

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** @param now ms. @returns whether this one is too many. */
  exceeds(now: number): boolean {
    if (now - this.#since >= this.#windowMs) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count > this.#most;
  }
}

/** How much one WebSocket viewer may say. */
export class MessageLimits {
  readonly #all = new WindowCount(MOST_MESSAGES, MESSAGES_WINDOW_MS);
  readonly #claims = new WindowCount(MOST_CLAIMS, MESSAGES_WINDOW_MS);
  readonly #bad = new WindowCount(MOST_BAD_MESSAGES, BAD_WINDOW_MS);

  /** Call for each message. @returns whether it is one too many. */
  exceedsMessages(now: number): boolean {
    return this.#all.exceeds(now);
  }

  /** Call for each message that takes a claim on a stream or gives it back. @returns whether it is one too many. */
  exceedsClaims(now: number): boolean {
    return this.#claims.exceeds(now);
  }

  /** Call for each message that was refused. @returns whether it is one too many. */
  exceedsBadMessages(now: number): boolean {
    return this.#bad.exceeds(now);
  }
}
