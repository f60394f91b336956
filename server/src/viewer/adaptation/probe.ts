import type { Link } from '../../link/congestion.js';

/**
 * Whether a path carries larger pictures, found out before a viewer is given them. Pure.
 *
 * Frames are padded to more and more bytes while none of them comes late. The viewer sees the same pictures meanwhile,
 * so that a probe which fails changes nothing for it, and costs a frame or two. It goes on for long enough to drain a token
 * bucket: until then every path looks fast.
 */
export interface Probe {
  /** What is to be known: whether the path carries this rung, and the bytes of one of its frames. */
  readonly rung: number;
  readonly goal: number;
  /** What frames had before, and what they are padded to now, bytes. */
  readonly base: number;
  readonly bytes: number;
  /** Since when they are, ms on the monotonic clock. */
  readonly since: number;
  readonly startedAt: number;
  /** Bytes beyond the base that have arrived. */
  readonly extra: number;
  /** Frames that came too late. */
  readonly late: number;
}

/** Frames grow by so much at a time, so that the first one which is too large is not much too large. */
const GROWTH = 2;

/** Padding may be a few bytes short, and pictures lighter than foreseen. */
const NEARLY = 0.95;

/** More than shapers of home lines let through at once, bytes. */
const BURST = 512_000;

/** A step so small that it takes longer than this to send that much may prove a mistake later, ms. */
const LONGEST_MS = 1200;

/** A path over which padded frames come so rarely has no room, ms. */
const MOST_MS = 4000;

/** What passes between the ends of two late frames tells what the path carries; one that is this many times too late, enough. */
const MAX_LATE = 2;
const MUCH_TOO_LATE = 8;

export function startProbe(rung: number, { goal, base }: Pick<Probe, 'goal' | 'base'>, now: number): Probe {
  return { rung, goal, base, bytes: Math.min(goal, GROWTH * base), since: now, startedAt: now, extra: 0, late: 0 };
}

/** @param allowanceMs how late a frame of the goal may come. @returns the probe while it goes on, else what came of it. */
export function probed(probe: Probe, link: Link, allowanceMs: number, now: number): Probe | 'carried' | 'late' {
  if (now - probe.startedAt > MOST_MS) return 'late';
  // Others are sent between the padded ones, of which one is on its way at a time.
  if (link.sentAt < probe.since || link.bytes < NEARLY * probe.bytes) return probe;
  if (link.delayMs > allowanceMs) {
    const late = probe.late + 1;
    if (late >= MAX_LATE || link.delayMs > MUCH_TOO_LATE * allowanceMs) return 'late';
    // The next one is to come late as well, and not by more than it must.
    const bytes = link.delayMs > GROWTH * allowanceMs ? Math.max(probe.base, probe.bytes / GROWTH) : probe.bytes;
    return { ...probe, late, bytes, since: now };
  }
  const extra = probe.extra + link.bytes - probe.base;
  if (probe.bytes < probe.goal) {
    return { ...probe, bytes: Math.min(probe.goal, GROWTH * probe.bytes), since: now, extra };
  }
  const isOver = extra >= BURST || now - probe.since >= LONGEST_MS;
  return isOver ? 'carried' : { ...probe, extra };
}
