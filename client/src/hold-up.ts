/** How often a thread is asked for a sign that it is free, ms. */
export const TICK_MS = 10;

/** Longer between two signs and the thread was busy in between, ms. */
const BUSY_MS = 20;

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
 * gives a sign every `TICK_MS`; between two that are further apart it was busy. All times are ms on one clock.
 */
export class HoldUp {
  #tickedAt: number | undefined;
  /** The last time that it was busy. */
  #busy = { from: -Infinity, until: -Infinity };
  /** The newest message that came although the thread was busy. */
  #cameAt: number | undefined;
  #proofs = 0;

  /** Messages come whether or not the thread is busy, so it needs to give no more signs. */
  get isElsewhere(): boolean {
    return this.#proofs >= PROOFS;
  }

  /** The thread gives a sign. */
  tick(at: number): void {
    const from = this.#tickedAt ?? at;
    const busyMs = at - from;
    if (busyMs > BUSY_MS) this.#busy = { from, until: at };
    if (busyMs > 3 * MARGIN_MS && !this.isElsewhere) this.#judge(at);
    this.#tickedAt = at;
    this.#cameAt = undefined;
  }

  /** No signs are to be expected from now on. */
  stop(): void {
    this.#tickedAt = undefined;
    this.#cameAt = undefined;
  }

  /** For how long at most a message has waited that is handed over now, ms; 0: it came just now. */
  heldMs(at: number): number {
    if (this.#tickedAt === undefined || this.isElsewhere) return 0;
    if (at - this.#tickedAt > BUSY_MS + MARGIN_MS) this.#cameAt ??= at;
    if (at - this.#tickedAt > BUSY_MS) return at - this.#tickedAt;
    return at - this.#busy.until < CATCH_UP_MS ? at - this.#busy.from : 0;
  }

  #judge(now: number): void {
    const isProof = this.#cameAt !== undefined && now - this.#cameAt > MARGIN_MS;
    this.#proofs = isProof ? this.#proofs + 1 : 0;
  }
}

/** The signs of the thread that this runs in, while messages come. */
export class OwnTicks {
  readonly #holdUp = new HoldUp();
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastAt = 0;

  /** As `HoldUp.heldMs`. */
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
