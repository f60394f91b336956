import { sustainedRate } from './arrivals.js';
import type { Link } from './congestion.js';
import { isMeasured, isSuspected } from './path-shaper.js';

/**
 * What viewers are told that their link carries. Pure.
 *
 * It carries no less than what arrives for seconds, and no more than what frames pass at: a token bucket lets them pass at
 * the speed of the wire, and nothing tells it from a wire until it is drained. So a rate is known where these two
 * are close to each other, or from a bucket that was drained.
 */

/** Within this of the truth, as a factor, a rate counts as known. */
const CLOSE = 1.3;

/** @returns bytes per ms; undefined while it is not known. */
export function carriedRate(link: Link): number | undefined {
  const { rate, shaper, arrivals, at } = link;
  if (rate === undefined) return undefined;
  if (shaper.rate !== undefined) return isMeasured(shaper) ? shaper.drained.rate : undefined;
  const least = sustainedRate(arrivals, at);
  // Between `least` and `rate`, whichever it is: at most that factor away from both.
  return rate > CLOSE * CLOSE * least ? undefined : Math.min(rate, CLOSE * least);
}

/** Whether what frames pass at says what larger ones will, as far as is known: no bucket was seen, or it was drained. */
export function isBelieved({ shaper, at }: Link): boolean {
  return !isSuspected(shaper, at) || isMeasured(shaper);
}
