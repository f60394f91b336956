import { arrived, NO_ARRIVALS, recentRate, type Arrivals } from './arrivals.js';
import { isSuspected, NO_SHAPER, passed, type PathShaper } from './path-shaper.js';
import { minOf, minWith, NO_MIN, type WindowedMin } from './windowed-min.js';

/**
 * What the path to one viewer carries, learned from when frames were sent and when they arrived. Pure: `observed` gives
 * the next state and never looks at a clock, so that a recorded trace gives the same figures again.
 *
 * A frame's header arrives before its payload, so one acknowledgement tells three things apart without aligned clocks
 * (the unknown offset between them cancels): how long the frame waited behind others (its header is later than the
 * fastest header of late), how long it took to pass the narrowest place (payload after header, which gives the rate
 * also when the link is far from full), and the round trip of something that has no size.
 */
export interface Link {
  /** What the narrowest place carries, bytes per ms; undefined until `MIN_SAMPLES` frames could be measured. */
  readonly rate: number | undefined;
  /** How long the last frame waited behind others, ms. */
  readonly queueMs: number;
  /** How much later the last frame arrived whole than something without a size on an idle path, ms. */
  readonly delayMs: number;
  readonly samples: readonly RateSample[];
  /** The receiver's clock minus ours on the fastest path: what turns its times into ours. */
  readonly offset: WindowedMin;
  readonly roundTrip: WindowedMin;
  /** Round trips of a longer while: no clock drifts in them, so they tell a queue that never empties. */
  readonly emptyTrip: WindowedMin;
  /** Bounds the rate while queues grow that were not foreseen; Infinity when they do not. */
  readonly ceiling: number;
  readonly shaper: PathShaper;
  /** Frames in a row that met a queue which was not foreseen. */
  readonly surprises: number;
  readonly arrivals: Arrivals;
  /** Of the newest frame that was observed. */
  readonly bytes: number;
  /** When the newest observation was made that measured the path, ... */
  readonly at: number;
  /** ... the newest of a frame that the viewer held up itself, ... */
  readonly heldAt: number;
  /** ... and when the frame that the newer one was made of was sent, ... */
  readonly sentAt: number;
  /** ... when it had arrived, on the receiver's clock, and how much later than foreseen, ms. */
  readonly last: { readonly arrivedAt: number; readonly lateMs: number };
}

interface RateSample {
  readonly bytes: number;
  readonly ms: number;
  readonly at: number;
}

/** One frame's passage. Times in ms; `sentAt` and `now` on our clock, the arrivals on the receiver's. */
export interface Observation {
  readonly bytes: number;
  /** Its bytes, and those of frames before it that have arrived and that nobody told of. */
  readonly coveredBytes: number;
  readonly sentAt: number;
  readonly headerAt: number;
  readonly arrivedAt: number;
  /** The viewer was busy, so that the header may have come earlier than that, ... */
  readonly isHeld: boolean;
  /** ... and the whole by so much at most, ms. */
  readonly heldMs: number;
  /** What the pacer thought it would wait behind others. */
  readonly foreseenQueueMs: number;
  readonly now: number;
}

/** How long the fastest path is remembered, ms: clocks drift apart by at most 100 ppm, 3 ms in that time. */
const BASE_WINDOW_MS = 30_000;

/**
 * How long the shortest round trip is remembered, ms. Longer than the offset, because no clock drifts in it; not for
 * ever, because a path that has really become longer looks like a queue until then.
 */
const EMPTY_WINDOW_MS = 120_000;

const MIN_SAMPLES = 2;
const MAX_SAMPLES = 8;
const SAMPLE_AGE_MS = 1000;

/** The first segment carries the header as well, so its bytes do not come after it. */
const FIRST_SEGMENT = 1400;

/**
 * A smaller frame is a handful of segments and measures the clock, unless it was on its way for long, ms. That it was
 * not is news when the link is thought to be slower than as long would mean: a standstill in the middle of a frame looks
 * like a slow link, and only small frames follow.
 */
const LEAST_BYTES = 4000;
const LONG_MS = 5;

/** Finer than browsers' clocks and event loops, a difference says nothing. */
const LEAST_MS = 0.3;

/** A sample this far below the estimate, or two as far above: the link has changed, what was measured before is void. */
const COLLAPSE = 0.7;

/** A frame that took longer met a link that stood still, and tells little of its rate, ms. */
const MOST_MS = 1000;

/** A frame that came no later than this was held up by nobody, whatever its viewer thinks, ms. */
const NOT_HELD_MS = 10;

/** A link is fast when a frame passes it within this: what comes so much later than foreseen did not wait for its bytes, ms. */
const FAST_MS = 5;

/** What a standstill has held up comes together at its end, ms from the end of one frame to that of the next. */
const TOGETHER_MS = 5;

/** A viewer that may have held a frame up for more of its delay than this leaves too little that is known. */
const MOST_HELD = 0.5;

/** A queue that was not foreseen: so many in a row, or one so long, and the estimate is not believed. */
const SURPRISE_MS = 30;
const MAX_SURPRISES = 2;
const SHOCK_MS = 120;

/**
 * More than what arrives while a queue stands, so that who shares it with others is not pushed down by their bytes;
 * less than what the steps of the ladder leave free, so that a queue of one's own empties.
 */
const CEILING_SHARE = 1.1;

/** How fast a ceiling lifts: 5 % in 200 ms. */
const LIFT_PER_MS = 1.05 ** (1 / 200);

/** Event loops and jitter make as much; a frame that is later than foreseen by more met a drained bucket, ms. */
const SLOW_MS = 12;

export const UNKNOWN_LINK: Link = {
  rate: undefined,
  queueMs: 0,
  delayMs: 0,
  samples: [],
  offset: NO_MIN,
  roundTrip: NO_MIN,
  emptyTrip: NO_MIN,
  ceiling: Infinity,
  shaper: NO_SHAPER,
  surprises: 0,
  arrivals: NO_ARRIVALS,
  bytes: 0,
  at: -Infinity,
  heldAt: -Infinity,
  sentAt: -Infinity,
  last: { arrivedAt: -Infinity, lateMs: 0 },
};

export function observed(link: Link, seen: Observation): Link {
  if (!seen.isHeld) return stoodStill(link, seen) ? withHeld(link, seen) : learned(link, seen);
  return tellsNothing(link, seen) ? withHeld(link, seen) : learned(link, likely(link, seen));
}

/** Whether the viewer held the newest frame up itself: how the path fares is not known at the moment. */
export function isHeldUp({ at, heldAt }: Pick<Link, 'at' | 'heldAt'>): boolean {
  return heldAt > at;
}

function tellsNothing(link: Link, { arrivedAt, sentAt, heldMs }: Observation): boolean {
  if (link.offset === NO_MIN) return true;
  const delayMs = arrivedAt - sentAt - baseDelayOf(link);
  if (delayMs <= NOT_HELD_MS && link.at > -Infinity) return false;
  return heldMs > MOST_HELD * delayMs;
}

/**
 * Whether everything stood still: the viewer's machine, which was busy in a place that the viewer does not see, or a radio
 * link. On a fast link a frame comes late then, alone or together with those behind it; smaller ones would have come no
 * sooner. Frames that come late one by one, each in its turn, wait for what the link carries.
 */
function stoodStill(link: Link, seen: Observation): boolean {
  const { rate, last, shaper } = link;
  if (rate === undefined || seen.bytes > rate * FAST_MS || isSuspected(shaper, seen.now)) return false;
  if (lateMsOf(link, seen) <= NOT_HELD_MS) return false;
  return last.lateMs <= NOT_HELD_MS || seen.arrivedAt - last.arrivedAt <= TOGETHER_MS;
}

/** How much later than foreseen it came whole, ms. */
function lateMsOf(link: Link, { bytes, sentAt, arrivedAt, foreseenQueueMs }: Observation): number {
  const passingMs = link.rate === undefined ? 0 : bytes / link.rate;
  return arrivedAt - sentAt - baseDelayOf(link) - foreseenQueueMs - passingMs;
}

/** All that is known is that it has arrived by now; the least of that is a bound while nothing better is known. */
function withHeld(link: Link, seen: Observation): Link {
  const arrivals = arrived(link.arrivals, { bytes: seen.coveredBytes, now: seen.now }, Math.max(link.at, link.heldAt));
  const trips = link.at === -Infinity ? tripsAfter(link, seen) : {};
  const last = { arrivedAt: seen.arrivedAt, lateMs: lateMsOf({ ...link, ...trips }, seen) };
  return { ...link, ...trips, arrivals, surprises: 0, bytes: seen.bytes, heldAt: seen.now, sentAt: seen.sentAt, last };
}

/** The header may have come right away, and the whole half as early as the viewer's busy time allows. */
function likely(link: Link, seen: Observation): Observation {
  const headerAt = Math.min(seen.headerAt, seen.sentAt + baseDelayOf(link) + seen.foreseenQueueMs);
  return { ...seen, headerAt, arrivedAt: Math.max(headerAt, seen.arrivedAt - seen.heldMs / 2) };
}

function learned(link: Link, seen: Observation): Link {
  const { now } = seen;
  const trips = tripsAfter(link, seen);
  const baseDelay = baseDelayOf(trips);
  const queueMs = seen.headerAt - seen.sentAt - baseDelay;
  const samples = withSample(link, seen);
  const arrivals = arrived(link.arrivals, { bytes: seen.coveredBytes, now: seen.now }, Math.max(link.at, link.heldAt));
  const surprises = surprisesAfter(link.surprises, queueMs - seen.foreseenQueueMs);
  const measured = samples.length < MIN_SAMPLES ? undefined : rateOf(samples);
  const arrives = recentRate(arrivals, now);
  const slowRate = slowRateOf(link, seen, { surprises, arrives, baseDelay });
  const { arrivedAt } = seen;
  const delayMs = arrivedAt - seen.sentAt - baseDelay;
  const total = arrivals.bytes;
  const shaper = passed(link.shaper, { slowRate, delayMs, arrivedAt, total, measured, arrives, now });
  const ceiling =
    shaper.rate ??
    ceilingFor(link, { surprises, arrives: arrives > 0 ? arrives : justDrained(shaper, now), measured, now });
  return {
    rate: measured === undefined ? undefined : Math.min(measured, ceiling),
    queueMs,
    delayMs,
    samples,
    ...trips,
    ceiling,
    shaper,
    surprises,
    arrivals,
    bytes: seen.bytes,
    at: now,
    heldAt: link.heldAt,
    sentAt: seen.sentAt,
    last: { arrivedAt, lateMs: lateMsOf({ ...link, ...trips }, seen) },
  };
}

type Trips = Pick<Link, 'offset' | 'roundTrip' | 'emptyTrip'>;

function tripsAfter(link: Link, { headerAt, sentAt, arrivedAt, now }: Observation): Trips {
  const lag = headerAt - sentAt;
  const tripMs = now - arrivedAt + lag;
  return {
    offset: minWith(link.offset, lag, now, BASE_WINDOW_MS),
    roundTrip: minWith(link.roundTrip, tripMs, now, BASE_WINDOW_MS),
    emptyTrip: minWith(link.emptyTrip, tripMs, now, EMPTY_WINDOW_MS),
  };
}

/** The way there and back of something without a size, ms: the smallest of the last half minute; 0 when not known. */
export function rttMs(link: Link): number {
  const rtt = minOf(link.roundTrip);
  return rtt === Infinity ? 0 : Math.max(0, rtt);
}

/** When the last byte left the narrowest place, on our clock, given when it arrived on the receiver's. */
export function departedAt(link: Link, arrivedAt: number): number {
  return arrivedAt - baseDelayOf(link);
}

/**
 * The receiver's clock minus ours, and the delay of something without a size. What all round trips of late have more than
 * the shortest in a longer while is a queue that others keep standing, and was in the fastest header too.
 */
function baseDelayOf({ offset, roundTrip, emptyTrip }: Trips): number {
  return minOf(offset) - (minOf(roundTrip) - minOf(emptyTrip));
}

function withSample({ samples, rate }: Link, { bytes, headerAt, arrivedAt, now }: Observation): readonly RateSample[] {
  const took = Math.min(MOST_MS, Math.max(LEAST_MS, arrivedAt - headerAt));
  const after = bytes - FIRST_SEGMENT;
  if (after <= 0) return samples;
  const isSmall = bytes < LEAST_BYTES && took < LONG_MS;
  const sample = { bytes: after, ms: isSmall ? LONG_MS : took, at: now };
  if (isSmall && !isFaster(sample, rate)) return samples;
  const last = samples.at(-1);
  if (rate !== undefined && last !== undefined) {
    const isSlower = after < COLLAPSE * rate * took;
    if (isSlower || (isFaster(last, rate) && isFaster(sample, rate))) return [last, sample];
  }
  let stale = Math.max(0, samples.length + 1 - MAX_SAMPLES);
  while (stale < samples.length - 1 && now - (samples[stale]?.at ?? now) >= SAMPLE_AGE_MS) stale += 1;
  const kept = samples.slice(stale);
  kept.push(sample);
  return kept;
}

function isFaster({ bytes, ms }: RateSample, rate: number | undefined): boolean {
  return rate !== undefined && COLLAPSE * bytes > rate * ms;
}

/**
 * What frames pass at, as far as a token bucket lets them, bytes per ms; Infinity when those of late were too small to
 * tell, 0 when none has been measured.
 */
export function passingRate({ samples, at }: Link): number {
  const last = samples.at(-1);
  if (last === undefined) return 0;
  return at - last.at > SAMPLE_AGE_MS ? Infinity : rateOf(samples);
}

/** Bytes by time over all, so that a long frame weighs more than one that slipped through a burst. */
function rateOf(samples: readonly RateSample[]): number {
  let bytes = 0;
  let ms = 0;
  for (const sample of samples) {
    bytes += sample.bytes;
    ms += sample.ms;
  }
  return bytes / ms;
}

function surprisesAfter(surprises: number, unforeseenMs: number): number {
  if (unforeseenMs <= SURPRISE_MS) return 0;
  return unforeseenMs > SHOCK_MS ? Math.max(MAX_SURPRISES, surprises + 1) : surprises + 1;
}

/** What a frame passed at that came so much later than foreseen, bytes per ms; undefined: it did not. */
function slowRateOf(
  { rate }: Link,
  { bytes, sentAt, headerAt, arrivedAt, foreseenQueueMs }: Observation,
  { surprises, arrives, baseDelay }: { surprises: number; arrives: number; baseDelay: number },
): number | undefined {
  if (rate === undefined) return undefined;
  const unforeseenMs = arrivedAt - sentAt - baseDelay - foreseenQueueMs - bytes / rate;
  if (unforeseenMs > SLOW_MS && bytes > LEAST_BYTES) return bytes / Math.max(SLOW_MS, arrivedAt - headerAt);
  return surprises >= MAX_SURPRISES && arrives > 0 ? CEILING_SHARE * arrives : undefined;
}

/** What a bucket let through that was empty just now, bytes per ms; 0: none was. */
function justDrained({ drained }: PathShaper, now: number): number {
  return drained.at === now ? drained.rate : 0;
}

/**
 * A rate estimate can be wrong: a proxy glues header and payload together, TLS puts both in one record, a token bucket
 * lets the first bytes through at full speed. Then queues grow that the pacer did not foresee, and what really
 * arrived bounds the estimate until they are gone.
 */
function ceilingFor(
  link: Link,
  found: { surprises: number; arrives: number; measured: number | undefined; now: number },
): number {
  const { surprises, arrives, measured, now } = found;
  if (surprises >= MAX_SURPRISES && arrives > 0) return CEILING_SHARE * arrives;
  if (link.ceiling === Infinity) return Infinity;
  const lifted = link.ceiling * LIFT_PER_MS ** (now - link.at);
  return measured !== undefined && lifted > measured ? Infinity : lifted;
}
