import type { Ladder } from '../stream/ladder.js';
import { isHeldUp, passingRate, rttMs, type Link } from '../link/congestion.js';

/**
 * Where on the ladder of renditions one viewer stands. Pure.
 *
 * Down by delay, because that is what people feel, and as far as the rate says; up by the rate, or when that says
 * nothing for long, by trying. A step up that had to be taken back makes the next one wait longer.
 */
export interface Climb {
  /** 0 is the wish itself. */
  readonly rung: number;
  /** When the rung was changed last, ms on the monotonic clock. */
  readonly changedAt: number;
  /** The last step up, while it may still turn out to be a mistake. */
  readonly trial: Trial | undefined;
  /** Not undefined once a step up was taken back: the next one waits. */
  readonly hold: Hold | undefined;
  /** When the link last lost half of what it had carried or more, not counting steps up that were mistakes, ms. */
  readonly fellAt: number;
  /** Frames in a row that came too late. */
  readonly late: number;
  /** Since when the way has had room for a better rung. */
  readonly roomSince: number | undefined;
}

interface Trial {
  readonly at: number;
  /** Of a probe: the rung that was known to hold. */
  readonly from: number | undefined;
  /** The link's rate as it was believed, bytes per ms. */
  readonly rate: number;
}

interface Hold {
  /** How long the way must have had room before the next step up, ms. */
  readonly ms: number;
  /** What was believed of the link when the step up was made that was a mistake, bytes per ms. */
  readonly rate: number;
}

/** What is known when a rung is to be chosen. */
export interface ClimbEvent {
  readonly ladder: Ladder;
  readonly link: Link;
  /** How old pictures may be on arrival. */
  readonly latencyBudgetMs: number;
  readonly now: number;
}

/**
 * Shares of the rate that a rung may take: to be chosen when going down, and when going up. The rest empties queues
 * and carries pictures that are larger than the mean.
 */
const DOWN_SHARE = 0.82;
export const UP_SHARE = 0.76;

/** So much of the budget may go by while a frame passes the narrowest place. */
const PASSING_SHARE = 0.6;

/** A way of half the budget and more leaves at least this share for passing. */
const LEAST_PASSING_SHARE = 0.25;

/** Frames that come later than the one after them is due: so many in a row and the rung is too high. */
const MAX_LATE = 2;

/**
 * As many times too late is enough once, and says more than the rate does: others share the way, and each measures all
 * of it. The frames shrink by as much, between half and a quarter.
 */
const MUCH_TOO_LATE = 3;
const SHRINK = { most: 0.25, least: 0.5 };

/**
 * At most this part of the budget, by where on the ladder: of viewers that share a link and its queue, those who have
 * more give way first.
 */
const ALLOWANCE = { top: 0.3, bottom: 0.9 };

/** No way is blamed for less, ms: event loops and jitter make as much. */
const LEAST_ALLOWANCE_MS = 25;

/** A step up to a frame of more than so many times the bytes rests on too small a measurement; after a mistake, less. */
const LONGEST_STEP = 3;
const LONGEST_STEP_ON_HOLD = 2;

const ROOM_MS = 300;

/** A viewer that holds frames up itself hides what its link carries: after so long without a measurement, ms. */
const UNMEASURED_MS = 1000;

/** A step up that is taken back within this was a mistake, and the next waits twice as long as this one did. */
const TRIAL_MS = 4000;
const FIRST_HOLD_MS = 2000;
const MAX_HOLD_MS = 30_000;

/**
 * Another link altogether when it carries as many times what it did at the mistake: less reason to wait, but one that
 * goes up and down has made several mistakes by then, and must have had room for a while.
 */
const OTHER_LINK = 2;
const OTHER_HOLD_SHARE = 1 / 8;

/** Small frames measure a rate badly: after so long on one rung, or so many holds, the next better one is tried. */
const TRY_MS = 12_000;
const HOLDS_TO_TRY = 6;
const MAX_TRY_MS = 60_000;

/**
 * A token bucket hides what the link carries in the long run until it is drained, so steps up are probes: large enough
 * to drain it soon, and while nothing comes late one follows from another after so long, ms. For a while after a fall
 * no probe waits longer than this, because nothing else tells that the link has come back.
 */
const PROBE_MS = 1000;
const FIRST_PROBE = 2.6;
const MAX_PROBE_HOLD_MS = 6000;
const FALL_MS = 60_000;

/**
 * Who has more waits longer for yet more, with the square of the bytes by this: viewers that share a link then come to
 * equal parts, as additive increase with multiplicative decrease does. In proportion they come to 1:2.3, so within 1:2.
 */
const PATIENCE_BYTES = 6000;
const MAX_PATIENCE = 4;

/** After each acknowledged frame. */
export function climbed(climb: Climb, event: ClimbEvent): Climb {
  const { link, now } = event;
  // What was sent before the last change was another rung's, and so is the queue that it made.
  if (link.sentAt < climb.changedAt) return climb;
  if (isHeldUp(link)) return raisedUnmeasured(climb, event);
  if (link.rate === undefined) return climb;
  const allowance = allowanceMs(climb.rung, event);
  const late = link.delayMs > allowance ? climb.late + 1 : 0;
  // Of a busy viewer one frame alone may have been held up and not known to be.
  const isCertain = now - link.heldAt > UNMEASURED_MS;
  const isMuchTooLate = isCertain && link.delayMs > MUCH_TOO_LATE * allowance;
  if (late >= MAX_LATE || isMuchTooLate) {
    return lowered(climb, event, isMuchTooLate ? allowance / link.delayMs : 1);
  }
  if (climb.rung === 0 && climb.trial === undefined && late === climb.late) return climb;
  return raised({ ...proven(climb, now), late }, event);
}

/** A step up that has held: the next need not wait as long; none was a mistake when it led to the top. */
function proven(climb: Climb, now: number): Climb {
  const { trial, hold } = climb;
  if (trial === undefined || now - trial.at <= TRIAL_MS) return climb;
  const isOver = hold === undefined || climb.rung === 0;
  return {
    ...climb,
    trial: undefined,
    hold: isOver ? undefined : { ...hold, ms: Math.max(FIRST_HOLD_MS, hold.ms / 2) },
  };
}

/** How much later than on an empty way a frame may come, ms. */
function allowanceMs(rung: number, event: ClimbEvent): number {
  const { ladder, latencyBudgetMs } = event;
  const depth = rung / Math.max(1, ladder.rungs - 1);
  const share = ALLOWANCE.top + (ALLOWANCE.bottom - ALLOWANCE.top) * depth;
  return Math.max(LEAST_ALLOWANCE_MS, Math.min(intervalMs(rung, event), latencyBudgetMs * share));
}

function intervalMs(rung: number, { ladder }: ClimbEvent): number {
  return 1000 / Math.min(ladder.fps, ladder.minFps(rung));
}

/** @param shrink what part of the present frames' bytes the way is thought to carry in time; 1: nothing is known. */
function lowered(climb: Climb, event: ClimbEvent, shrink: number): Climb {
  const { now, ladder } = event;
  const last = ladder.rungs - 1;
  const most = ladder.bytes(climb.rung) * Math.max(SHRINK.most, Math.min(SHRINK.least, shrink));
  const small = shrink === 1 ? 0 : firstRung(last, rung => ladder.bytes(rung) <= most);
  const { trial } = climb;
  const fitting = bestFitting(event, DOWN_SHARE);
  const isProbe = event.link.shaper.rate !== undefined && trial?.from !== undefined;
  const lower = isProbe ? Math.min(trial.from, Math.max(small, fitting)) : Math.max(small, fitting);
  const rung = Math.min(last, Math.max(climb.rung + 1, lower));
  const down = { ...climb, late: 0, roomSince: undefined };
  if (rung === climb.rung) return down;
  const hold = climb.trial === undefined ? climb.hold : holdAfter(climb.trial, climb.hold);
  const isFall = trial === undefined && 2 * ladder.bytes(rung) < ladder.bytes(climb.rung);
  const fellAt = isFall ? now : climb.fellAt;
  return { ...down, rung, changedAt: now, trial: undefined, hold, fellAt };
}

function holdAfter(trial: Trial, hold: Hold | undefined): Hold {
  return {
    ms: hold === undefined ? FIRST_HOLD_MS : Math.min(MAX_HOLD_MS, 2 * hold.ms),
    rate: Math.max(trial.rate, hold?.rate ?? 0),
  };
}

function raised(climb: Climb, event: ClimbEvent): Climb {
  const { now, ladder, link } = event;
  if (climb.rung === 0) return climb;
  if (link.shaper.rate !== undefined) return probed(climb, event);
  const rate = link.rate ?? 0;
  const { hold } = climb;
  const isOther = hold === undefined || rate >= OTHER_LINK * hold.rate;
  const patience = Math.min(MAX_PATIENCE, (ladder.bytes(climb.rung) / PATIENCE_BYTES) ** 2);
  const fitting = bestFitting(event, UP_SHARE);
  const roomSince = fitting < climb.rung ? (climb.roomSince ?? now) : undefined;
  const holdMs = hold?.ms ?? 0;
  const waitMs = isOther ? Math.max(ROOM_MS, holdMs * OTHER_HOLD_SHARE) : holdMs * patience;
  if (roomSince !== undefined && now - roomSince >= waitMs) {
    const most = (hold === undefined ? LONGEST_STEP : LONGEST_STEP_ON_HOLD) * ladder.bytes(climb.rung);
    const reach = firstRung(climb.rung - 1, rung => rung >= fitting && ladder.bytes(rung) <= most);
    return stepUp(climb, isOther ? reach : climb.rung - 1, { at: now, from: undefined, rate });
  }
  const tryMs = Math.max(TRY_MS, HOLDS_TO_TRY * holdMs) * Math.max(1, patience);
  if (now - climb.changedAt <= Math.min(MAX_TRY_MS, tryMs)) return { ...climb, roomSince };
  return stepUp(climb, climb.rung - 1, { at: now, from: undefined, rate });
}

/** The first step is as large as to drain the bucket soon; one more follows from each that holds. */
function probed(climb: Climb, event: ClimbEvent): Climb {
  const { now, ladder, link } = event;
  const { rung, trial, hold, fellAt } = climb;
  const fitting = bestFitting(event, UP_SHARE);
  const from = trial?.from;
  const hasRoom = from === undefined && fitting < rung;
  const mostMs = now - fellAt < FALL_MS ? MAX_PROBE_HOLD_MS : MAX_HOLD_MS;
  const holdMs = Math.max(PROBE_MS, Math.min(mostMs, hold?.ms ?? FIRST_HOLD_MS));
  const waitMs = from === undefined ? holdMs : PROBE_MS;
  if (now - climb.changedAt < waitMs) return climb;
  const most = (from === undefined ? FIRST_PROBE : LONGEST_STEP) * ladder.bytes(rung);
  // A probe of what the frames themselves do not pass in time is lost.
  const best = hasRoom ? fitting : bestFitting({ ...event, link: { ...link, rate: passingRate(link) } }, UP_SHARE);
  if (best >= rung) return climb;
  const reach = firstRung(rung - 1, better => better >= best && ladder.bytes(better) <= most);
  return stepUp(climb, reach, { at: now, from: hasRoom ? undefined : (from ?? rung), rate: link.rate ?? 0 });
}

/**
 * Frames that the viewer holds up itself speak against no better rung. One that the link cannot carry in time comes when
 * the viewer waits for it, and so is measured.
 */
function raisedUnmeasured(before: Climb, event: ClimbEvent): Climb {
  const { now, ladder, link } = event;
  const climb = proven(before, now);
  const { hold } = climb;
  const waitedMs = now - Math.max(link.at, climb.changedAt);
  if (climb.rung === 0 || waitedMs < Math.max(UNMEASURED_MS, hold?.ms ?? 0)) return climb;
  const most = (hold === undefined ? LONGEST_STEP : LONGEST_STEP_ON_HOLD) * ladder.bytes(climb.rung);
  const reach = firstRung(climb.rung - 1, rung => ladder.bytes(rung) <= most);
  return stepUp(climb, reach, { at: now, from: undefined, rate: link.rate ?? 0 });
}

export function stepUp(climb: Climb, rung: number, trial: Trial): Climb {
  return { ...climb, rung, changedAt: trial.at, trial, late: 0, roomSince: undefined };
}

/** Whether the link carries all that was asked for, as far as it is known: whoever is lower is on the way up. */
export function carriesWish(event: ClimbEvent): boolean {
  return event.link.rate !== undefined && bestFitting(event, UP_SHARE) === 0;
}

/** The best rung that takes at most a share of the rate and passes in time; the last when none does. */
export function bestFitting(event: ClimbEvent, share: number): number {
  const { ladder, link, latencyBudgetMs } = event;
  const rate = link.rate ?? 0;
  const passingMs = Math.max(
    LEAST_PASSING_SHARE * latencyBudgetMs,
    PASSING_SHARE * (latencyBudgetMs - rttMs(link) / 2),
  );
  return firstRung(
    ladder.rungs - 1,
    rung => ladder.bytes(rung) <= rate * Math.min(share * intervalMs(rung, event), passingMs),
  );
}

/** @returns the first rung before `last` that will do, or `last`. */
export function firstRung(last: number, willDo: (rung: number) => boolean): number {
  for (let rung = 0; rung < last; rung += 1) if (willDo(rung)) return rung;
  return Math.max(0, last);
}
