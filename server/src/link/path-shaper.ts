/**
 * Whether frames pass faster than the link carries in the long run, as through a token bucket. Pure.
 *
 * A full bucket lets so many bytes pass at the speed of the wire, so that smaller frames measure the wire. When it is
 * drained, frames come later than foreseen and measure the link; soon after they pass fast again. Once that may be a
 * link that has become faster, repeatedly it is a bucket.
 */
export interface PathShaper {
  /**
   * The newest frame that came later than foreseen: what it passed at, bytes per ms, when that was known and when it
   * arrived, on the receiver's clock, and how many there were in a row.
   */
  readonly slow: { readonly rate: number; readonly at: number; readonly arrivedAt: number; readonly frames: number };
  /** How often frames passed fast soon after slow ones, and when the last of those slow ones came, ms. */
  readonly rebounds: { readonly count: number; readonly slowAt: number };
  /** When the bucket was seen last, ms. */
  readonly seenAt: number;
  /** While there is a bucket: what the link carries behind it, bytes per ms. */
  readonly rate: number | undefined;
}

export const NO_SHAPER: PathShaper = {
  slow: { rate: Infinity, at: -Infinity, arrivedAt: -Infinity, frames: 0 },
  rebounds: { count: 0, slowAt: -Infinity },
  seenAt: -Infinity,
  rate: undefined,
};

/** What one frame told. */
export interface Passage {
  /** What a frame that came later than foreseen passed at, bytes per ms; undefined: it came in time. */
  readonly slowRate: number | undefined;
  /** Whether the frame before it did so too. */
  readonly isInRow: boolean;
  readonly arrivedAt: number;
  /** What frames measure, bytes per ms; undefined: not known. */
  readonly measured: number | undefined;
  /** What arrives, bytes per ms; 0: not known. */
  readonly arrives: number;
  readonly now: number;
}

/** Frames that pass so many times as fast as slow ones did a moment ago pass through a bucket, or the link has changed. */
const FAST = 1.8;

/** Frames that measure no more than so many times what arrives measure the link itself. */
const PLAIN = 1.2;

/** At 18 % of the rate left free, a drained bucket lets frames pass fast again within this, ms. */
const REFILL_MS = 1500;

/** One slow frame may be a standstill. */
const LEAST_SLOW = 2;

/** A link that changed once is believed; so many times within this, it is a bucket, ms. */
const LEAST_REBOUNDS = 2;
const REBOUNDS_MS = 60_000;

/** A bucket that has not shown itself for so long is forgotten, ms. */
const FORGET_MS = 15_000;

/** Whether frames that pass fast say nothing of what the link carries in the long run, as far as is known. */
export function isSuspected({ rate, rebounds }: PathShaper, now: number): boolean {
  return rate !== undefined || now - rebounds.slowAt < REBOUNDS_MS;
}

export function passed(shaper: PathShaper, passage: Passage): PathShaper {
  const { slowRate, isInRow, arrivedAt, measured, arrives, now } = passage;
  const slow =
    slowRate === undefined
      ? shaper.slow
      : { rate: slowRate, at: now, arrivedAt, frames: isInRow ? shaper.slow.frames + 1 : 1 };
  const rebounds = reboundsAfter(shaper, slow, measured ?? 0, now);
  const isSeen =
    shaper.rate === undefined
      ? rebounds !== shaper.rebounds && rebounds.count >= LEAST_REBOUNDS
      : slow.at === now || (measured ?? 0) > PLAIN * shaper.rate;
  const seenAt = isSeen ? now : shaper.seenAt;
  if (now - seenAt >= FORGET_MS) return { slow, rebounds, seenAt, rate: undefined };
  // Less than what arrives it cannot be; a drained bucket tells what it is.
  const rate = slow.at === now ? slow.rate : Math.max(shaper.rate ?? slow.rate, arrives);
  return { slow, rebounds, seenAt, rate };
}

function reboundsAfter(
  { rebounds }: PathShaper,
  slow: PathShaper['slow'],
  measured: number,
  now: number,
): PathShaper['rebounds'] {
  const isNew = slow.frames >= LEAST_SLOW && slow.at - rebounds.slowAt > REFILL_MS;
  if (!isNew || now - slow.at >= REFILL_MS || measured <= FAST * slow.rate) return rebounds;
  const isRecent = slow.at - rebounds.slowAt < REBOUNDS_MS;
  return { count: isRecent ? rebounds.count + 1 : 1, slowAt: slow.at };
}
