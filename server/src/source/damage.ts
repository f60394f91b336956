import { monotonicMs } from '../time/monotonic.js';
import type { SourceHost } from './source.js';

/** Radio links and USB 2 damage pictures for days: said at once, then so seldom, ms. */
const REPORT_INTERVAL_MS = 60_000;

/** Counts the damaged pictures of a source, none of which is shown, and tells the operator now and then. */
export class DamageCount {
  readonly #what: string;
  readonly #host: Pick<SourceHost, 'warn' | 'damaged'>;
  #count = 0;
  #reportedAt = -Infinity;

  /** @param what names the source as in the middle of a sentence. */
  constructor(what: string, host: Pick<SourceHost, 'warn' | 'damaged'>) {
    this.#what = what;
    this.#host = host;
  }

  /** Since the source was opened. */
  get count(): number {
    return this.#count;
  }

  add(pictures: number): void {
    if (pictures === 0) return;
    this.#count += pictures;
    this.#host.damaged(pictures);
    const now = monotonicMs();
    if (now - this.#reportedAt < REPORT_INTERVAL_MS) return;
    this.#reportedAt = now;
    const were = this.#count === 1 ? '1 damaged picture was' : `${this.#count} damaged pictures were`;
    this.#host.warn(`${were} dropped so far, out of ${this.#what}.`);
  }
}
