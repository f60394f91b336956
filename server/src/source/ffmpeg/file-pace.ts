/** A reader that falls behind by more than this goes on from now in place of racing to catch up, ms. */
const MOST_BEHIND_MS = 500;

/** A step of the stamps by more, ms, and by more than some intervals, is no time that passed between two pictures: a recording paused. */
const LONGEST_STEP_MS = 2000;
const LONGEST_STEP = 3;

/** The rate of a file that announces none. */
export const USUAL_FPS = 25;

/** When the last packet of a file was due, and its stamp; times in ms. */
export interface FilePace {
  readonly dueAt: number;
  /** On the file's own clock; undefined when it had none, or the file has started anew. */
  readonly stampMs: number | undefined;
}

/**
 * When the next packet of a file is due, so that it plays at its own rate: by the distance of the stamps, or one
 * interval later where there is none that can be, as at the end of a loop or where a recording paused. Pure.
 *
 * @param stampMs of decoding, not of showing: those jump back and forth where pictures are coded out of order.
 * @param intervalMs between two pictures, as the file announces it.
 */
export function paceNext(
  last: FilePace | undefined,
  stampMs: number | undefined,
  intervalMs: number,
  now: number,
): FilePace {
  if (last === undefined) return { dueAt: now, stampMs };
  const stepMs = stampMs === undefined || last.stampMs === undefined ? -1 : stampMs - last.stampMs;
  const isStep = stepMs >= 0 && stepMs <= Math.max(LONGEST_STEP_MS, intervalMs * LONGEST_STEP);
  const dueAt = last.dueAt + (isStep ? stepMs : intervalMs);
  return { dueAt: now - dueAt > MOST_BEHIND_MS ? now : dueAt, stampMs };
}

/** The pace of a file that starts anew. */
export function paceAnew(last: FilePace | undefined): FilePace | undefined {
  return last && { dueAt: last.dueAt, stampMs: undefined };
}
