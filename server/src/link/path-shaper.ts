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
   * arrived, on the receiver's clock, all bytes until then, and how many such frames followed closely on each other.
   */
  readonly slow: {
    readonly rate: number;
    readonly at: number;
    readonly arrivedAt: number;
    readonly total: number;
    readonly frames: number;
  };
  /** How often frames passed fast soon after slow ones, and when the last of those slow ones came, ms. */
  readonly rebounds: { readonly count: number; readonly slowAt: number };
  /** When the bucket was seen last, ms. */
  readonly seenAt: number;
  /** While there is a bucket: what the link carries behind it, as far as is known, bytes per ms, ... */
  readonly rate: number | undefined;
  /** ... and what it carried when the bucket was drained last. */
  readonly drainedRate: number;
}

export const NO_SHAPER: PathShaper = {
  slow: { rate: Infinity, at: -Infinity, arrivedAt: -Infinity, total: 0, frames: 0 },
  rebounds: { count: 0, slowAt: -Infinity },
  seenAt: -Infinity,
  rate: undefined,
  drainedRate: Infinity,
};

/** What one frame told. */
export interface Passage {
  /** What a frame that came later than foreseen passed at, bytes per ms; undefined: it came in time. */
  readonly slowRate: number | undefined;
  readonly arrivedAt: number;
  /** Bytes that have arrived, this frame's among them. */
  readonly total: number;
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

/** Of two slow frames so close to each other the bucket did not fill between them, ms. */
const ROW_MS = 100;

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

/** Whether a drained bucket told what the link carries, and nothing has been at odds with that since. */
export function isMeasured({ rate, drainedRate }: PathShaper): boolean {
  return rate !== undefined && rate <= PLAIN * drainedRate && drainedRate <= PLAIN * rate;
}

/** Whether the bucket that the last slow frame had drained cannot have filled by then, on the receiver's clock. */
export function isInRow({ slow }: PathShaper, arrivedAt: number): boolean {
  return arrivedAt - slow.arrivedAt < ROW_MS;
}

export function passed(shaper: PathShaper, passage: Passage): PathShaper {
  const { slowRate, arrivedAt, total, measured = 0, arrives, now } = passage;
  const frames = isInRow(shaper, arrivedAt) ? shaper.slow.frames + 1 : 1;
  const slow = slowRate === undefined ? shaper.slow : { rate: slowRate, at: now, arrivedAt, total, frames };
  const isDrained = slow.at === now && slow.frames >= LEAST_SLOW;
  const rebounds = reboundsAfter(shaper, slow, measured, now);
  const isSeen =
    shaper.rate === undefined
      ? rebounds !== shaper.rebounds && rebounds.count >= LEAST_REBOUNDS
      : isDrained || measured > PLAIN * shaper.rate;
  const seenAt = isSeen ? now : shaper.seenAt;
  const next = { slow, rebounds, seenAt, drainedRate: isDrained ? slow.rate : shaper.drainedRate };
  if (now - seenAt >= FORGET_MS) return { ...next, rate: undefined };
  // A drained bucket tells what it is; less than what arrives it cannot be.
  return { ...next, rate: isDrained ? slow.rate : Math.max(shaper.rate ?? slow.rate, arrives) };
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
