import { isHeldUp, passingRate } from '../../link/congestion.js';
import { drainedRate, isDoubtful } from '../../link/path-shaper.js';
import { allowanceMs, bestFitting, firstRung, type AdaptationEvent } from './fitting.js';
import { probed, startProbe, type Probe } from './probe.js';

/**
 * Where on the ladder of renditions one viewer stands. Pure.
 *
 * Down by delay, because that is what people feel, and as far as the rate says; up by the rate, or when that says
 * nothing for long, by trying. A step up that had to be taken back makes the next one wait longer. Where a shaper lets
 * bursts through, the rate says too much, and steps up are probed before, see `Probe`.
 */
export interface Adaptation {
  /** 0 is the wish itself. */
  readonly rung: number;
  /** When the rung was changed last, ms on the monotonic clock. */
  readonly changedAt: number;
  /** The last step up, while it may still turn out to be a mistake. */
  readonly trial: Trial | undefined;
  /** Not undefined once a step up was taken back: the next one waits. */
  readonly hold: Hold | undefined;
  readonly probe: Probe | undefined;
  /** When the last probe failed, ms, and how long the next one then waits. */
  readonly probes: { readonly failedAt: number; readonly waitMs: number };
  /** When the link last lost half of what it had carried or more, not counting steps up that were mistakes, ms. */
  readonly fellAt: number;
  /** Frames in a row that came too late. */
  readonly late: number;
  /** Since when the path has had room for a better rung. */
  readonly roomSince: number | undefined;
}

interface Trial {
  /** The rung before. */
  readonly from: number;
  readonly at: number;
  /** The link's rate as it was believed, bytes per ms. */
  readonly rate: number;
}

interface Hold {
  /** How long the path must have had room before the next step up, ms. */
  readonly ms: number;
  /** What was believed of the link when the step up was made that was a mistake, bytes per ms. */
  readonly rate: number;
}

/**
 * Shares of the rate that a rung may take: to be chosen when going down, and when going up. The rest empties queues
 * and carries pictures that are larger than the mean.
 */
const DOWN_SHARE = 0.82;
export const UP_SHARE = 0.76;

/** Frames that come later than the one after them is due: so many in a row and the rung is too high. */
const MAX_LATE = 2;

/**
 * As many times too late is enough once, and says more than the rate does: others share the path, and each measures all
 * of it. The frames shrink by as much, between half and a quarter.
 */
const MUCH_TOO_LATE = 3;
const SHRINK = { most: 0.25, least: 0.5 };

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
 * Steps are so large that the shares above can leave a third of a link unused. A rung that takes no more than this is
 * tried much sooner, ms, or after so many holds.
 */
const FINE_SHARE = 0.91;

/** A drained bucket tells exactly what the link carries, and then carries pictures that are larger than the mean. */
const DRAINED_SHARE = 0.95;

/** A viewer whose frames have been in time for so long has its bucket to itself, ms. */
const CALM_MS = 1500;

const FINE_MS = 2000;
const FINE_HOLDS = 3;
const MOST_FINE_PATIENCE = 2;

/**
 * From a failed probe to the next, ms: twice as long each time, but not within a minute after a fall, because nothing
 * else tells that the link has come back.
 */
const PROBE_WAIT_MS = 3000;
const MAX_PROBE_WAIT_MS = 30_000;
const FALL_MS = 60_000;

/** The queue that a failed probe leaves empties within this: frames that come late meanwhile say nothing, ms. */
const SETTLE_MS = 500;

/** A step up that was a mistake makes probes wait as well, but not for longer than this, ms. */
const MAX_PROBE_HOLD_MS = 5000;

/**
 * Who has more waits longer for yet more, with the square of the bytes by this: viewers that share a link then come to
 * equal parts, as additive increase with multiplicative decrease does. In proportion they come to 1:2.3, so within 1:2.
 */
const PATIENCE_BYTES = 6000;
const LEAST_PATIENCE = 0.3;
const MAX_PATIENCE = 4;

/** A adaptation begins. */
export function begun(rung: number, now: number): Adaptation {
  const nothing = { trial: undefined, hold: undefined, probe: undefined, fellAt: -Infinity, late: 0 };
  const probes = { failedAt: -Infinity, waitMs: PROBE_WAIT_MS };
  return { ...nothing, rung, changedAt: now, probes, roomSince: -Infinity };
}

/** After each acknowledged frame. */
export function adapted(adaptation: Adaptation, event: AdaptationEvent): Adaptation {
  const { link, now } = event;
  // What was sent before the last change was another rung's, and so is the queue that it made.
  if (link.sentAt < Math.max(adaptation.changedAt, adaptation.probes.failedAt)) return adaptation;
  if (isHeldUp(link)) return raisedUnmeasured({ ...adaptation, probe: undefined }, event);
  if (link.rate === undefined) return adaptation;
  if (adaptation.probe !== undefined) return afterProbe(adaptation, adaptation.probe, event);
  const allowance = allowanceMs(adaptation.rung, event);
  const isSettling = now - adaptation.probes.failedAt < SETTLE_MS;
  const late = link.delayMs > allowance && !isSettling ? adaptation.late + 1 : 0;
  // Of a busy viewer one frame alone may have been held up and not known to be.
  const isCertain = now - link.heldAt > UNMEASURED_MS;
  const isMuchTooLate = isCertain && link.delayMs > MUCH_TOO_LATE * allowance;
  if (late >= MAX_LATE || isMuchTooLate) {
    return lowered(adaptation, event, isMuchTooLate ? allowance / link.delayMs : 1);
  }
  if (adaptation.rung === 0 && adaptation.trial === undefined && late === adaptation.late) return adaptation;
  return raised({ ...proven(adaptation, now), late }, event);
}

/** A step up that has held: the next need not wait as long; none was a mistake when it led to the top. */
function proven(adaptation: Adaptation, now: number): Adaptation {
  const { trial, hold } = adaptation;
  if (trial === undefined || now - trial.at <= TRIAL_MS) return adaptation;
  const isOver = hold === undefined || adaptation.rung === 0;
  return {
    ...adaptation,
    trial: undefined,
    hold: isOver ? undefined : { ...hold, ms: Math.max(FIRST_HOLD_MS, hold.ms / 2) },
  };
}

/** @param shrink what part of the present frames' bytes the path is thought to carry in time; 1: nothing is known. */
function lowered(adaptation: Adaptation, event: AdaptationEvent, shrink: number): Adaptation {
  const { now, ladder } = event;
  const last = ladder.rungs - 1;
  const most = ladder.bytes(adaptation.rung) * Math.max(SHRINK.most, Math.min(SHRINK.least, shrink));
  const small = shrink === 1 ? 0 : firstRung(last, rung => ladder.bytes(rung) <= most);
  const { trial } = adaptation;
  const fitting = bestFitting(event, DOWN_SHARE);
  const rung = Math.min(last, Math.max(adaptation.rung + 1, small, fitting));
  const down = { ...adaptation, late: 0, roomSince: undefined };
  if (rung === adaptation.rung) return down;
  const hold = adaptation.trial === undefined ? adaptation.hold : holdAfter(adaptation.trial, adaptation.hold);
  // What the link never carried it has not lost.
  const isFall =
    trial?.from !== adaptation.rung && 2 * ladder.bytes(rung) < ladder.bytes(trial?.from ?? adaptation.rung);
  const fellAt = isFall ? now : adaptation.fellAt;
  return { ...down, rung, changedAt: now, trial: undefined, hold, fellAt };
}

function holdAfter(trial: Trial, hold: Hold | undefined): Hold {
  return {
    ms: Math.min(MAX_HOLD_MS, Math.max(FIRST_HOLD_MS, 2 * (hold?.ms ?? 0))),
    rate: Math.max(trial.rate, hold?.rate ?? 0),
  };
}

function raised(adaptation: Adaptation, event: AdaptationEvent): Adaptation {
  const { now, ladder, link } = event;
  if (adaptation.rung === 0) return adaptation;
  const rate = link.rate ?? 0;
  const { hold, probes } = adaptation;
  const isOther = hold === undefined || rate >= OTHER_LINK * hold.rate;
  const patience = Math.min(MAX_PATIENCE, (ladder.bytes(adaptation.rung) / PATIENCE_BYTES) ** 2);
  const fitting = bestFitting(event, UP_SHARE);
  const roomSince = fitting < adaptation.rung ? (adaptation.roomSince ?? now) : undefined;
  const next = { ...adaptation, roomSince };
  const passing = passingRate(link);
  const isShaped = isDoubtful(link.shaper, passing, now);
  const holdMs = hold?.ms ?? 0;
  const drained = isShaped ? fittingDrained(event) : undefined;
  // Behind a queue that others fill frames keep coming late, whatever one sends oneself.
  const calmMs = now - Math.max(adaptation.changedAt, link.shaper.slow.at);
  if (drained !== undefined && drained < adaptation.rung && calmMs >= Math.max(CALM_MS, holdMs)) {
    return stepUp(next, drained, { at: now, rate });
  }
  // Not probed before: viewers that share a link could else never make those with more give way.
  const isFine = !isShaped && bestFitting(event, FINE_SHARE) < adaptation.rung;
  const isRefuted = isShaped && now - probes.failedAt < PROBE_WAIT_MS;
  if (!isRefuted && now - adaptation.changedAt > tryMs(isFine, holdMs, patience)) {
    return stepUp(next, adaptation.rung - 1, { at: now, rate });
  }
  if (isShaped && hasToWait(adaptation, now)) return next;
  const waitMs = isOther ? Math.max(ROOM_MS, holdMs * OTHER_HOLD_SHARE) : holdMs * patience;
  if (roomSince !== undefined && now - roomSince >= waitMs) {
    // A probe that fails costs little.
    if (isShaped) return towards(next, fitting, event);
    const most = (hold === undefined ? LONGEST_STEP : LONGEST_STEP_ON_HOLD) * ladder.bytes(adaptation.rung);
    const reach = firstRung(adaptation.rung - 1, rung => rung >= fitting && ladder.bytes(rung) <= most);
    return stepUp(next, isOther ? reach : adaptation.rung - 1, { at: now, rate });
  }
  if ((link.shaper.rate === undefined && passing < Infinity) || hasToWait(adaptation, now)) return next;
  // What frames pass at as long as the bucket lets them: a probe of what they do not pass in time then is lost.
  const beyond = fittingAt(passing, event, UP_SHARE);
  return beyond < adaptation.rung ? towards(next, beyond, event) : next;
}

function fittingAt(rate: number, event: AdaptationEvent, share: number): number {
  return bestFitting({ ...event, link: { ...event.link, rate } }, share);
}

/** The best rung for what a drained bucket told of late; undefined: none did. */
function fittingDrained(event: AdaptationEvent): number | undefined {
  const rate = drainedRate(event.link.shaper, event.now);
  return rate === undefined ? undefined : fittingAt(rate, event, DRAINED_SHARE);
}

/** Whether a probe has failed or a step up was a mistake a moment ago. */
function hasToWait({ probes, hold, changedAt }: Adaptation, now: number): boolean {
  return now - probes.failedAt < probes.waitMs || now - changedAt < Math.min(MAX_PROBE_HOLD_MS, hold?.ms ?? 0);
}

/** How long a viewer stays on a rung at most before it tries the next. */
function tryMs(isFine: boolean, holdMs: number, patience: number): number {
  const longer = Math.max(LEAST_PATIENCE, patience);
  if (isFine) return Math.max(FINE_MS, FINE_HOLDS * holdMs) * Math.min(MOST_FINE_PATIENCE, longer);
  return Math.min(MAX_TRY_MS, Math.max(TRY_MS, HOLDS_TO_TRY * holdMs) * longer);
}

function towards(adaptation: Adaptation, rung: number, { ladder, now }: AdaptationEvent): Adaptation {
  const sizes = { goal: ladder.bytes(rung), base: ladder.bytes(adaptation.rung) };
  return { ...adaptation, probe: startProbe(rung, sizes, now), roomSince: undefined };
}

function afterProbe(adaptation: Adaptation, before: Probe, event: AdaptationEvent): Adaptation {
  const { link, now } = event;
  const probe = probed(before, link, allowanceMs(before.rung, event), now);
  const trial = { at: now, rate: link.rate ?? 0 };
  if (probe === 'carried') return stepUp(adaptation, before.rung, trial);
  if (probe !== 'late') return { ...adaptation, probe };
  const isSoon = now - adaptation.fellAt < FALL_MS;
  const waitMs = isSoon ? PROBE_WAIT_MS : Math.min(MAX_PROBE_WAIT_MS, 2 * adaptation.probes.waitMs);
  // The rate said too much.
  const hold = { ms: FIRST_HOLD_MS, ...adaptation.hold, rate: Math.max(trial.rate, adaptation.hold?.rate ?? 0) };
  const failed = { ...adaptation, probe: undefined, probes: { failedAt: now, waitMs }, roomSince: undefined, hold };
  const { slow } = link.shaper;
  const best = slow.at === now && slow.frames > 1 ? (fittingDrained(event) ?? adaptation.rung) : adaptation.rung;
  return best < adaptation.rung ? stepUp(failed, best, trial) : failed;
}

/**
 * Frames that the viewer holds up itself speak against no better rung. One that the link cannot carry in time comes when
 * the viewer waits for it, and so is measured.
 */
function raisedUnmeasured(before: Adaptation, event: AdaptationEvent): Adaptation {
  const { now, ladder, link } = event;
  const adaptation = proven(before, now);
  const { hold } = adaptation;
  const waitedMs = now - Math.max(link.at, adaptation.changedAt);
  if (adaptation.rung === 0 || waitedMs < Math.max(UNMEASURED_MS, hold?.ms ?? 0)) return adaptation;
  const most = (hold === undefined ? LONGEST_STEP : LONGEST_STEP_ON_HOLD) * ladder.bytes(adaptation.rung);
  const reach = firstRung(adaptation.rung - 1, rung => ladder.bytes(rung) <= most);
  return stepUp(adaptation, reach, { at: now, rate: link.rate ?? 0 });
}

export function stepUp(adaptation: Adaptation, rung: number, believed: Omit<Trial, 'from'>): Adaptation {
  const probes = { ...adaptation.probes, waitMs: PROBE_WAIT_MS };
  const trial = { ...believed, from: adaptation.rung };
  return { ...adaptation, rung, changedAt: trial.at, trial, probe: undefined, probes, late: 0, roomSince: undefined };
}

/** Whether the link carries all that was asked for, as far as it is known: whoever is lower is on the way up. */
export function carriesWish(event: AdaptationEvent): boolean {
  return event.link.rate !== undefined && bestFitting(event, UP_SHARE) === 0;
}
