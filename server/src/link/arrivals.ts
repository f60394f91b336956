/**
 * What has arrived at one viewer, and how much of it in the last moments and seconds. Pure, and in constant space: of two
 * marks the older one is at least a window ago, and at most two.
 */
export interface Arrivals {
  /** Ever. */
  readonly bytes: number;
  readonly moment: Marks;
  readonly while: Marks;
}

interface Marks {
  readonly older: Mark;
  readonly newer: Mark;
}

interface Mark {
  readonly bytes: number;
  readonly at: number;
}

/** Long enough to even out single frames, short enough to follow a link that changes, ms. */
const MOMENT_MS = 300;

/** Long enough that what a token bucket had saved is little beside what it lets through, ms. */
const WHILE_MS = 1500;

const NEVER: Mark = { bytes: 0, at: -Infinity };
const NO_MARKS: Marks = { older: NEVER, newer: NEVER };

export const NO_ARRIVALS: Arrivals = { bytes: 0, moment: NO_MARKS, while: NO_MARKS };

/** One more frame. @param lastAt when the one before it was known to have arrived, ms. */
export function arrived(arrivals: Arrivals, { bytes, now }: { bytes: number; now: number }, lastAt: number): Arrivals {
  const before = { bytes: arrivals.bytes, at: now };
  const total = arrivals.bytes + bytes;
  // While the link stood still, or nothing was sent, nothing was to be learned.
  const moment =
    now - lastAt > MOMENT_MS
      ? { older: NEVER, newer: { bytes: total, at: now } }
      : marked(arrivals.moment, before, MOMENT_MS);
  return { bytes: total, moment, while: marked(arrivals.while, { bytes: total, at: now }, WHILE_MS) };
}

function marked(marks: Marks, mark: Mark, windowMs: number): Marks {
  return mark.at - marks.newer.at < windowMs ? marks : { older: marks.newer, newer: mark };
}

/** In the last 0.3 to 0.6 s, bytes per ms; 0 when not known. */
export function recentRate({ bytes, moment }: Arrivals, now: number): number {
  return rateSince(moment.older, bytes, now);
}

/** In the last 1.5 to 3 s, bytes per ms; 0 when not known. */
export function sustainedRate({ bytes, while: marks }: Arrivals, now: number): number {
  return rateSince(marks.older, bytes, now);
}

function rateSince(mark: Mark, bytes: number, now: number): number {
  return mark.at === -Infinity ? 0 : (bytes - mark.bytes) / Math.max(1, now - mark.at);
}
