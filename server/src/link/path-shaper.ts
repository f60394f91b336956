/**
 * Whether frames pass faster than the link carries in the long run, as through a token bucket. Pure.
 *
 * A full bucket lets so many bytes pass at the speed of the wire, so that smaller frames measure the wire. When it is
 * drained, frames come later than foreseen and measure the link; soon after they pass fast again. Once that may be a
 * link that has become faster, repeatedly it is a bucket.
 */
export interface PathShaper {
  readonly slow: SlowFrames;
  /** How often frames passed fast soon after slow ones, and when the last of those slow ones came, ms. */
  readonly rebounds: { readonly count: number; readonly slowAt: number };
  /** When the bucket was seen last, ms. */
  readonly seenAt: number;
  /** While there is a bucket: what the link carries behind it, as far as is known, bytes per ms, ... */
  readonly rate: number | undefined;
  /** ... and what it carried when the bucket was drained last, and when that was, ms. */
  readonly drained: { readonly rate: number; readonly at: number };
}

/** The newest frames that came later than foreseen and closely followed each other. */
interface SlowFrames {
  /** What they passed at, bytes per ms. */
  readonly rate: number;
  /** When that was known, ms. */
  readonly at: number;
  /** The end of the newest, and the end of the one that the rate is measured from. */
  readonly end: Mark;
  readonly from: Mark;
  readonly frames: number;
}

/** When a frame had arrived, ms on the receiver's clock, and the bytes that had until then. */
interface Mark {
  readonly arrivedAt: number;
  readonly total: number;
}

const NO_MARK: Mark = { arrivedAt: -Infinity, total: 0 };

export const NO_SHAPER: PathShaper = {
  slow: { rate: Infinity, at: -Infinity, end: NO_MARK, from: NO_MARK, frames: 0 },
  rebounds: { count: 0, slowAt: -Infinity },
  seenAt: -Infinity,
  rate: undefined,
  drained: { rate: Infinity, at: -Infinity },
};

/** What one frame told. */
export interface Passage extends Mark {
  /** What a frame that came later than foreseen passed at by itself, bytes per ms; undefined: it came in time. */
  readonly slowRate: number | undefined;
  /** How long it had been on its way, ms. */
  readonly delayMs: number;
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

/** Closer, they waited for the same event loop; and further apart than that, the rate may have changed between them, ms. */
const LEAST_SPAN_MS = 5;
const LONGEST_SPAN_MS = 500;

/** One slow frame may be a standstill. */
const LEAST_SLOW = 2;

/** Who shares a link with others, and sent only what had arrived of his, would be pushed down by their bytes. */
const HEADROOM = 1.1;

/** A link that changed once is believed; so many times within this, it is a bucket, ms. */
const LEAST_REBOUNDS = 2;
const REBOUNDS_MS = 60_000;

/** A bucket that has not shown itself for so long is forgotten, ms. */
const FORGET_MS = 15_000;

/** Whether frames that pass fast say nothing of what the link carries in the long run, as far as is known. */
export function isSuspected({ rate, rebounds }: PathShaper, now: number): boolean {
  return rate !== undefined || now - rebounds.slowAt < REBOUNDS_MS;
}

/** Whether frames pass at a rate at which they did not a while ago: the link has become faster, or they pass through a bucket. */
export function isDoubtful(shaper: PathShaper, passing: number, now: number): boolean {
  return isSuspected(shaper, now) || passing > FAST * (drainedRate(shaper, now) ?? Infinity);
}

/** Whether a drained bucket told what the link carries, and nothing has been at odds with that since. */
export function isMeasured({ rate, drained }: PathShaper): boolean {
  return rate !== undefined && rate <= PLAIN * drained.rate && drained.rate <= PLAIN * rate;
}

/** What a drained bucket told of the link a while ago at most, bytes per ms; undefined: none did. */
export function drainedRate({ drained }: PathShaper, now: number): number | undefined {
  return now - drained.at < FORGET_MS ? drained.rate : undefined;
}

export function passed(shaper: PathShaper, passage: Passage): PathShaper {
  const { slowRate, measured = 0, arrives, now } = passage;
  const slow = slowRate === undefined ? shaper.slow : slowAfter(shaper.slow, slowRate, passage);
  const isDrained = slow.at === now && slow.frames >= LEAST_SLOW;
  const drained = isDrained ? { rate: slow.rate, at: now } : shaper.drained;
  const rebounds = reboundsAfter(shaper, slow, measured, now);
  const isSeen =
    shaper.rate === undefined
      ? rebounds !== shaper.rebounds && rebounds.count >= LEAST_REBOUNDS
      : isDrained || measured > PLAIN * shaper.rate;
  const seenAt = isSeen ? now : shaper.seenAt;
  const next = { slow, rebounds, seenAt, drained };
  if (now - seenAt >= FORGET_MS) return { ...next, rate: undefined };
  // Less than what arrives it cannot be.
  return { ...next, rate: isDrained ? HEADROOM * slow.rate : Math.max(shaper.rate ?? slow.rate, arrives) };
}

/**
 * At the end of a late frame the bucket is empty, so what came between two of them is what came into it, whatever came in
 * time meanwhile. How long a frame took by itself says less: Linux hands up to 64 kB to the bucket as one packet, which
 * comes whole.
 */
function slowAfter(before: SlowFrames, slowRate: number, { arrivedAt, total, delayMs, now }: Passage): SlowFrames {
  const end = { arrivedAt, total };
  const sinceLast = arrivedAt - before.end.arrivedAt;
  // One that was sent before the last one had come kept the bucket empty, however long it took.
  if (!(sinceLast < Math.max(ROW_MS, delayMs))) return { rate: slowRate, at: now, end, from: end, frames: 1 };
  if (sinceLast < LEAST_SPAN_MS) return before;
  const from = arrivedAt - before.from.arrivedAt > LONGEST_SPAN_MS ? before.end : before.from;
  const rate = (total - from.total) / (arrivedAt - from.arrivedAt);
  return { rate, at: now, end, from, frames: before.frames + 1 };
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
