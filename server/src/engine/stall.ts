/** A source that gives no picture for so long has stalled, ms, unless it is slower than that by nature. */
const STALL_MS = 5000;

/** Until its interval is known: after the first picture of a source that announces no rate, ms. */
const UNKNOWN_MS = 30_000;

/** A slow source that misses this many of its intervals has stalled. */
const INTERVALS = 3;

/** A pause is forgotten by this share with each picture after it. */
const FORGET = 0.2;

/** The intervals of one source. */
export interface Intervals {
  /** When the last picture came, ms; undefined before the first. */
  readonly lastAt: number | undefined;
  /** The longest of late, ms; undefined before the second picture. */
  readonly longestMs: number | undefined;
}

export const NO_INTERVALS: Intervals = { lastAt: undefined, longestMs: undefined };

/** A picture came. Pure. */
export function noteInterval({ lastAt, longestMs }: Intervals, now: number): Intervals {
  if (lastAt === undefined) return { lastAt: now, longestMs };
  return { lastAt: now, longestMs: Math.max(now - lastAt, (longestMs ?? 0) * (1 - FORGET)) };
}

/**
 * How long a source may be silent, ms, by its own intervals: what gives one picture in 7 s is well after 10.
 *
 * @param fps that it announces; 0 when it does not.
 */
export function stallMs({ longestMs }: Intervals, fps: number): number {
  if (longestMs === undefined && fps === 0) return UNKNOWN_MS;
  return Math.max(STALL_MS, INTERVALS * (longestMs ?? 0), fps > 0 ? (INTERVALS * 1000) / fps : 0);
}
