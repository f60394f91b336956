import type { Wishes } from '@framewire/shared/control';
import { monotonicMs } from '../../time/monotonic.js';

/** Changes that come faster are put together: a dragged slider asks 60 times a second, a script in a loop 1000. */
const INTERVAL_MS = 100;

/** What one viewer wishes, at most ten times a second. */
export class GatheredWishes {
  readonly #apply: (wishes: Wishes) => void;
  #waiting: { wishes: Wishes; timer: NodeJS.Timeout } | undefined;
  #appliedAt = -Infinity;

  /** @param apply is called at once, or later with all that has come meanwhile. */
  constructor(apply: (wishes: Wishes) => void) {
    this.#apply = apply;
  }

  add(wishes: Wishes): void {
    if (this.#waiting !== undefined) {
      this.#waiting.wishes = { ...this.#waiting.wishes, ...wishes };
      return;
    }
    const waitMs = this.#appliedAt + INTERVAL_MS - monotonicMs();
    if (waitMs <= 0) this.#applyNow(wishes);
    else this.#waiting = { wishes, timer: setTimeout(() => this.#applyWaiting(), waitMs) };
  }

  /** What waits will not be applied. */
  drop(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
  }

  #applyWaiting(): void {
    const wishes = this.#waiting?.wishes;
    this.#waiting = undefined;
    if (wishes !== undefined) this.#applyNow(wishes);
  }

  #applyNow(wishes: Wishes): void {
    this.#appliedAt = monotonicMs();
    this.#apply(wishes);
  }
}
