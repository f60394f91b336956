import { DROP_REASONS, type DropReason } from '@framewire/shared/control';

/**
 * Where the pictures went that were captured while one viewer watched. Pictures are numbered by their source, so
 * those that were never encoded for it show as gaps, and at every moment
 * captured = sent + dropped (by reason) + waiting (0 or 1).
 */
export class ViewerCounts {
  captured = 0;
  sent = 0;
  sentBytes = 0;
  readonly dropped: Record<DropReason, number> = { rate: 0, superseded: 0, skipped: 0 };
  #lastSeq: number | undefined;

  /**
   * @param isRedrawn the last picture in another rendition, as a placeholder is when its viewer asks for one.
   * @returns false for a picture that is not newer than the last: it is to be ignored.
   */
  offered(seq: number, isRedrawn: boolean): boolean {
    // The difference modulo 2^32, so that counting goes on where the numbers start anew.
    const step = this.#lastSeq === undefined ? 1 : (seq - this.#lastSeq) | 0;
    if (step < 0 || (step === 0 && !isRedrawn)) return false;
    this.#lastSeq = seq;
    this.captured += Math.max(1, step);
    this.dropped.skipped += Math.max(0, step - 1);
    return true;
  }

  /** Pictures between now and the next one offered are not this viewer's: it has paused, or watches another stream. */
  interrupt(): void {
    this.#lastSeq = undefined;
  }

  get totalDropped(): number {
    return DROP_REASONS.reduce((sum, reason) => sum + this.dropped[reason], 0);
  }
}
