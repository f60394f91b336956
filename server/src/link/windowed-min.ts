/**
 * The smallest value of the last while, pure and in constant space: two halves of the window, the older of which is
 * forgotten whole. What it remembers is so between half a window and a whole one old.
 */
export interface WindowedMin {
  readonly older: number;
  readonly newer: number;
  /** When `newer` was begun, ms. */
  readonly since: number;
}

export const NO_MIN: WindowedMin = { older: Infinity, newer: Infinity, since: -Infinity };

export function minWith(min: WindowedMin, value: number, now: number, windowMs: number): WindowedMin {
  if (now - min.since > windowMs / 2) return { older: min.newer, newer: value, since: now };
  return value < min.newer ? { older: min.older, newer: value, since: min.since } : min;
}

/** Infinity before the first value. */
export function minOf({ older, newer }: WindowedMin): number {
  return Math.min(older, newer);
}
