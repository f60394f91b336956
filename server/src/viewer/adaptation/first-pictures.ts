import { isHeldUp, rttMs, type Link } from '../../link/congestion.js';
import { firstRate, rampUpMs } from '../../link/first-passage.js';
import { begun, adapted, stepUp, UP_SHARE, type Adaptation } from './adaptation.js';
import { bestFitting, firstRung, type AdaptationEvent } from './fitting.js';

/**
 * Where on the ladder a viewer begins, and where it goes from its first picture. Pure.
 *
 * That picture costs the stream no encoder of its own, where it may be as large as those that there are: the newcomer
 * wants the full picture anyway, or gets what others watch. It must not fill a slow link for long either, so where all of
 * these are too large a smaller one is encoded, once. How it passed says enough to go all the way up, or down, at once.
 */

/** The first picture where nothing is known: 1.5 s at 300 kbit/s, 0.09 s at 5 Mbit/s, bytes. */
const FIRST_BYTES = 56_000;

/** Where the path is known to be slow: 1 s at 160 kbit/s, bytes. */
const SMALL_BYTES = 20_000;

/** A shaper lets as much pass at once, as `tbf` does in every manual, so a smaller picture tells nothing of what is behind, bytes. */
const BURST_BYTES = 17_000;

/** What others watch is of no use as a first picture when it measures nothing, bytes. */
const TINY_BYTES = 6000;

/** A step up after which TCP's window would hold a picture up for longer is left to the pictures after it, ms. */
const MOST_RAMP_MS = 50;

/** A busy viewer hides what its link carries, but not that a frame came: one that takes so long at most may follow, ms. */
const MOST_HELD_MS = 500;

export interface Beginning extends AdaptationEvent {
  /** What the path to that address carried a while ago, bytes per ms; undefined: not known. */
  readonly recalledRate: number | undefined;
  /** Whether others watch what a rung comes to. */
  readonly isRunning: (rung: number) => boolean;
}

export function startAdaptation(event: Beginning): Adaptation {
  const { link, now } = event;
  const rung = link.rate === undefined ? firstPicture(event) : bestFitting(event, UP_SHARE);
  return begun(rung, now);
}

function firstPicture(event: Beginning): number {
  const { ladder, recalledRate, isRunning } = event;
  if (recalledRate !== undefined && fitting(event, recalledRate) === 0) return 0;
  const last = ladder.rungs - 1;
  const most = recalledRate === undefined ? FIRST_BYTES : SMALL_BYTES;
  const isThere = (rung: number): boolean =>
    ladder.bytes(rung) <= most && (rung === 0 || (ladder.bytes(rung) >= TINY_BYTES && isRunning(rung)));
  const there = firstRung(last, isThere);
  return isThere(there) ? there : firstRung(last, rung => ladder.bytes(rung) <= most);
}

/** After each acknowledged frame: the first says enough to go all the way. */
export function adaptedAtStart(adaptation: Adaptation, event: AdaptationEvent): Adaptation {
  const { link, now } = event;
  if (link.sentAt < adaptation.changedAt || link.rate !== undefined) return adapted(adaptation, event);
  const rung = isHeldUp(link) ? rungWhileHeld(adaptation, event) : rungAfterFirst(adaptation, event);
  const rate = firstRate(link);
  if (rung > adaptation.rung) return { ...adaptation, rung, changedAt: now };
  if (rung < adaptation.rung) return stepUp(adaptation, rung, { at: now, rate: rate ?? 0 });
  // To stay is as much of a trial as to go up.
  if (rate !== undefined) return { ...adaptation, trial: { from: adaptation.rung, at: now, rate } };
  return adapted(adaptation, event);
}

function rungAfterFirst({ rung }: Adaptation, event: AdaptationEvent): number {
  const { ladder, link } = event;
  const rate = firstRate(link);
  if (rate === undefined) return rung;
  const best = fitting(event, rate);
  if (best >= rung) return best;
  const sent = ladder.bytes(rung);
  const most = sent > BURST_BYTES ? Infinity : FIRST_BYTES;
  const isSafe = (bytes: number): boolean => bytes <= most && rampUpMs(bytes, sent, rttMs(link)) <= MOST_RAMP_MS;
  return firstRung(rung, better => better >= best && isSafe(ladder.bytes(better)));
}

function rungWhileHeld({ rung }: Adaptation, { ladder, link }: AdaptationEvent): number {
  if (link.at > -Infinity) return rung;
  const least = ladder.bytes(rung) / Math.max(1, link.heldAt - link.sentAt);
  return firstRung(rung, better => ladder.bytes(better) <= least * MOST_HELD_MS);
}

function fitting(event: AdaptationEvent, rate: number): number {
  const link: Link = { ...event.link, rate };
  return bestFitting({ ...event, link }, UP_SHARE);
}
