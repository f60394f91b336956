const FIRST_MS = 1000;
const LONGEST_MS = 10_000;

/**
 * How long to wait before trying again after `failures` failures in a row (1 = the first): 1, 2, 4, 8, 10, 10 ... s.
 * Without jitter: each source has one engine, there is no herd to spread.
 */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
