/** How often a thread is asked for a sign that it is free, ms. */
export const TICK_MS = 10;

/** As often is enough for a thread that has not been busy for `CALM_MS`, where each sign has a price, ms. */
export const CALM_TICK_MS = 100;
const CALM_MS = 10_000;

/** A sign that is later than this shows that the thread was busy, ms. */
const LATE_MS = 10;

/** What waited for a busy thread is taken within this once it is free, ms; WebKit's page has other things to do first. */
const CATCH_UP_MS = 16;

/** A busy time in which it can be seen whether messages come all the same, ms from its first moments and its last. */
const MARGIN_MS = 25;

/** Without messages for so long nobody needs the signs, ms. */
const IDLE_MS = 1000;

/** So many busy times in a row in which messages came all the same, and they do not pass that thread. */
const PROOFS = 5;

/**
 * Tells whether a message may have waited for a busy thread that it passes, which is no fault of the link. The thread
 * gives a sign every `tickMs`; between two that are further apart it was busy. All times are ms on one clock.
 */
export class StallDetector {
  #tickedAt: number | undefined;
  /** The last time that it was busy. */
  #busy = { from: -Infinity, until: -Infinity };
  /** The newest message that came although the thread was busy. */
  #cameAt: number | undefined;
  #proofs = 0;
  readonly #calmTickMs: number;
  #tickMs = TICK_MS;
  #calmSince: number | undefined;

  /** @param calmTickMs how often signs are to come once the thread has not been busy for a while */
  constructor(calmTickMs = TICK_MS) {
    this.#calmTickMs = calmTickMs;
  }

  /** Messages come whether or not the thread is busy, so it needs to give no more signs. */
  get isElsewhere(): boolean {
    return this.#proofs >= PROOFS;
  }

  /** How often the thread is to give signs from now on, ms; undefined: not any more. */
  get tickMs(): number | undefined {
    return this.isElsewhere ? undefined : this.#tickMs;
  }

  /** The thread gives a sign. */
  tick(at: number): void {
    const from = this.#tickedAt ?? at;
    const busyMs = at - from;
    const isBusy = this.#isLate(busyMs);
    if (isBusy) this.#busy = { from, until: at };
    if (isBusy || this.#calmSince === undefined) this.#calmSince = at;
    this.#tickMs = at - this.#calmSince < CALM_MS ? TICK_MS : this.#calmTickMs;
    if (isBusy && busyMs > 3 * MARGIN_MS && !this.isElsewhere) this.#judge(at);
    this.#tickedAt = at;
    this.#cameAt = undefined;
  }

  /** No signs are to be expected from now on. */
  stop(): void {
    this.#tickedAt = undefined;
    this.#cameAt = undefined;
    this.#calmSince = undefined;
  }

  /** For how long at most a message has waited that is handed over now, ms; 0: it came just now. */
  heldMs(at: number): number {
    if (this.#tickedAt === undefined || this.isElsewhere) return 0;
    const silentMs = at - this.#tickedAt;
    if (this.#isLate(silentMs - MARGIN_MS)) this.#cameAt ??= at;
    if (this.#isLate(silentMs)) return silentMs;
    return at - this.#busy.until < CATCH_UP_MS ? at - this.#busy.from : 0;
  }

  #isLate(silentMs: number): boolean {
    return silentMs > this.#tickMs + LATE_MS;
  }

  #judge(now: number): void {
    const isProof = this.#cameAt !== undefined && now - this.#cameAt > MARGIN_MS;
    this.#proofs = isProof ? this.#proofs + 1 : 0;
  }
}

/** The signs of the thread that this runs in, while messages come. */
export class OwnTicks {
  readonly #holdUp = new StallDetector();
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastAt = 0;

  /** As `StallDetector.heldMs`. */
  heldMs(at: number): number {
    this.#lastAt = at;
    if (this.#timer === undefined) {
      this.#holdUp.tick(at);
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
    }
    return this.#holdUp.heldMs(at);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#holdUp.stop();
  }

  #tick(): void {
    const now = performance.now();
    this.#holdUp.tick(now);
    if (now - this.#lastAt > IDLE_MS) this.stop();
  }
}
