/** A reader that falls behind by more than this goes on from now in place of racing to catch up, ms. */
const MOST_BEHIND_MS = 500;

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
 * interval later where there is none, as at the end of a loop. Pure.
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
  const hasStep = stampMs !== undefined && last.stampMs !== undefined && stampMs >= last.stampMs;
  const dueAt = last.dueAt + (hasStep ? stampMs - last.stampMs : intervalMs);
  return { dueAt: now - dueAt > MOST_BEHIND_MS ? now : dueAt, stampMs };
}

/** The pace of a file that starts anew. */
export function paceAnew(last: FilePace | undefined): FilePace | undefined {
  return last && { dueAt: last.dueAt, stampMs: undefined };
}
