import { rttMs, type Link } from './congestion.js';

/**
 * What the first frame of a connection tells of its path, when `congestion.ts` has too few to believe in a rate. Pure, and
 * on the side of the link: who takes a fast one for slow shows small pictures for nothing, and who takes a slow one for
 * fast has one picture that comes late, and knows then.
 */

/** What TCP sends before it has heard anything, bytes: ten segments (RFC 6928). */
const FIRST_WINDOW = 14_000;

/** Event loops, and looks at the kernel, make a fast passage longer by as much, ms. */
const LOOP_MS = 3;

/** Finer than browsers' clocks, ms. */
const LEAST_MS = 0.3;

/** A link is taken for so many times as fast as the frame passed, at most. */
const MOST_BENEFIT = 8;

/** @returns bytes per ms; undefined when no frame has been measured, or more than one. */
export function firstRate(link: Link): number | undefined {
  const [sample] = link.samples;
  if (sample === undefined || link.rate !== undefined) return undefined;
  const { bytes, ms } = sample;
  const rampMs = rampUpMs(bytes, 0, rttMs(link));
  const passedMs = (ms >= rampMs ? ms - rampMs : ms) - LOOP_MS;
  return bytes / Math.max(LEAST_MS, ms / MOST_BENEFIT, passedMs);
}

/**
 * How long TCP waits for acknowledgements within a frame while its window is still small: it doubles in each round trip
 * (slow start, RFC 5681). Half a megabyte over 40 ms takes 0.2 s on any link.
 *
 * @param before bytes that have been acknowledged on this connection.
 */
export function rampUpMs(bytes: number, before: number, roundTripMs: number): number {
  const window = FIRST_WINDOW + before;
  return (Math.max(1, Math.ceil(Math.log2(bytes / window + 1))) - 1) * roundTripMs;
}
