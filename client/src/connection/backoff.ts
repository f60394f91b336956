const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** A connection that lasted this long was a good one: the next failure is a first again. */
export const STABLE_AFTER_MS = 5000;

/**
 * How long to wait after `failures` failures in a row (1 = the first): 0.5, 1, 2, 4, 8, 10, 10 ... s, of which the
 * upper half is left to chance (`random`, 0-1), so that a restarted server does not get all its viewers at once.
 */
export function retryDelayMs(failures: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return longest * (0.5 + random / 2);
}
