/**
 * How often the program behind a viewer takes a frame, told by what lies unread in its socket. Pure. For viewers that
 * say nothing at all: `reader-pace.ts` knows more of those that answer pings.
 *
 * Two or more frames that lie there when one arrives: the program is slower than the link. They are left to be read, and
 * from then on frames come at its pace, which shows in how fast they went. What a library reads ahead of its program does
 * not lie in the socket; it shows in how many frames it took at first, more than the program can have worked on.
 */
export interface BacklogPace {
  /** Least time from one frame to the next, ms; 0: the program takes all that come. */
  readonly intervalMs: number;
  /** No frame before this, ms on the monotonic clock. */
  readonly dueAt: number;
  /** Frames that have arrived. */
  readonly arrived: number;
  /** When frames arrived since all that had come was taken, and the first time that, ms; the newest few. */
  readonly arrivals: readonly number[];
  /** The first frame of all. */
  readonly first: Mark | undefined;
  /** When frames were first seen to lie unread, how many had been taken then, and how long to wait for the first. */
  readonly behind: Behind | undefined;
  /** Frames in a row that were read at once, or were not. */
  readonly prompt: number;
  readonly pressed: number;
  /** Frames that lie where they cannot be seen once the program is behind: kernels and libraries hold some. */
  readonly hidden: number;
  /** No faster before `until`; after that it is tried again. */
  readonly steady: { readonly until: number; readonly ms: number };
}

interface Mark {
  readonly at: number;
  readonly taken: number;
}

interface Behind extends Mark {
  readonly waitMs: number;
}

/** What was seen when a frame had arrived. */
export interface Sight {
  /** ms on the monotonic clock. */
  readonly at: number;
  /** Frames that have arrived by this, those before it among them. */
  readonly frames: number;
  /** Frames that lie unread, with fractions. */
  readonly unread: number;
  /** Later than its way explains: Linux acknowledges at once what is read at once, anything else after 40 ms. */
  readonly isLate: boolean;
}

export const NO_BACKLOG: BacklogPace = {
  intervalMs: 0,
  dueAt: -Infinity,
  arrived: 0,
  arrivals: [],
  first: undefined,
  behind: undefined,
  prompt: 0,
  pressed: 0,
  hidden: 0,
  steady: { until: -Infinity, ms: 0 },
};

/** The frame that has just arrived is unread, since acknowledging is quicker than reading; one more, and the program is behind. */
const BEHIND = 1.5;

/** One lies there, and kernels hide about one more: no faster, and if it is acknowledged late as well, a little slower ... */
const PRESSED = 0.5;
const PRESSED_GROWTH = 1.02;
const PRESSED_PAUSE = 1.15;
/** ... and so after this many that were not read at once, lest what always lies there be taken for nothing. */
const MOST_PRESSED = 2;

/** A program that is behind is first looked at again after this, then after twice as long, ms. */
const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 2000;

/** The pace is first known roughly; faster shows soon, slower never. */
const ROUGH_SHARE = 1.05;
/** What a longer time has shown is nearly exact. */
const EXACT_SHARE = 1.01;
/** Of so many frames it is remembered when they arrived. */
const MOST_ARRIVALS = 64;

/** Kernels hide about one frame. */
const UNSEEN = 1;

/** So many frames hidden are more than roundings. */
const LEAST_HIDDEN = 2.5;
/** Who has taken more frames than this before it fell behind does not owe that to a library. */
const MOST_HIDDEN = 64;

/** By how much the interval is shortened for a frame that was taken at once, a part of it: more for each in a row. */
const LIFT_SHARE = 0.015;
const LIFT_GROWTH = 0.003;
const MOST_LIFT = 0.1;
/** And at least by this, ms. */
const LIFT_MS = 3;

/** A bound of less is none: no source gives more pictures a second. */
const LEAST_INTERVAL_MS = 4;

/** A program that takes longer may become faster at any moment, ms. */
const MOST_INTERVAL_MS = 2000;

/** Frames that may have been taken more or less than was seen. */
const COUNTING_ERROR = 1.5;
const MOST_GROWTH = 1.25;

/** To find out whether it has become faster makes pictures a little old for a moment: after this, four times this ... */
const FIRST_TRIAL_MS = 1000;
const STEADY_GROWTH = 4;
/** Where many are hidden they become very old. */
const FIRST_STEADY_MS = 60_000;
const MOST_STEADY_MS = 3_600_000;

/** Pictures come when they are captured: what that makes late is made up for, up to this, ms. */
const MOST_SLIP_MS = 40;

export function backlogSent(pace: BacklogPace, now: number): BacklogPace {
  if (!isBacklogged(pace)) return pace;
  // One that looks whether the others have been read must have arrived before the next.
  const stepMs = pace.intervalMs === 0 ? MOST_WAIT_MS : pace.intervalMs;
  return { ...pace, dueAt: Math.max(pace.dueAt, now - MOST_SLIP_MS) + stepMs };
}

export function backlogSeen(before: BacklogPace, { at, frames, unread, isLate }: Sight): BacklogPace {
  const arrived = before.arrived + frames;
  const mark = { at, taken: arrived - unread };
  const arrivals = isBacklogged(before) ? [...before.arrivals.slice(1 - MOST_ARRIVALS), at] : [];
  const pace = { ...before, arrived, arrivals, first: before.first ?? mark };
  if (unread < BEHIND) {
    if (pace.behind !== undefined) return caughtUp(pace, mark, pace.behind);
    return unread < PRESSED && !isLate ? onTime(pace, at) : pressed(pace, at, isLate && unread >= PRESSED);
  }
  return pace.behind === undefined ? fallenBehind(pace, mark) : stillBehind(pace, mark, pace.behind);
}

function fallenBehind(pace: BacklogPace, mark: Mark): BacklogPace {
  const behind = { ...mark, waitMs: FIRST_WAIT_MS };
  if (pace.intervalMs === 0) return { ...pace, behind, dueAt: mark.at + FIRST_WAIT_MS };
  const queued = pace.arrived - mark.taken + pace.hidden;
  const stepMs = bounded(stepThatExplains(pace.arrivals, queued), pace.intervalMs, pace.arrivals.length);
  const first = pace.hidden < LEAST_HIDDEN ? FIRST_TRIAL_MS : FIRST_STEADY_MS;
  const ms = Math.min(MOST_STEADY_MS, Math.max(first, STEADY_GROWTH * pace.steady.ms));
  const steady = { until: mark.at + ms, ms };
  const dueAt = mark.at + (queued + UNSEEN) * stepMs;
  return { ...pace, behind, dueAt, intervalMs: stepMs * EXACT_SHARE, steady };
}

/** @returns what the program took for one frame, if so many were left when the last had arrived, ms. */
function stepThatExplains(arrivals: readonly number[], left: number): number {
  let [low, high] = [0, MOST_INTERVAL_MS];
  while (high - low > 1) {
    const stepMs = (low + high) / 2;
    let freeAt = -Infinity;
    for (const at of arrivals) freeAt = Math.max(freeAt, at) + stepMs;
    if (freeAt - (arrivals.at(-1) ?? 0) > left * stepMs) high = stepMs;
    else low = stepMs;
  }
  return high;
}

/** Who has fallen behind takes no less than was thought; after few frames it is not known how much more. */
function bounded(stepMs: number, intervalMs: number, frames: number): number {
  const most = Math.min(MOST_INTERVAL_MS, intervalMs * Math.min(MOST_GROWTH, 1 + COUNTING_ERROR / frames));
  return Math.max(intervalMs, Math.min(most, stepMs));
}

function stillBehind(pace: BacklogPace, mark: Mark, behind: Behind): BacklogPace {
  const { intervalMs } = pace;
  const taken = mark.taken - behind.taken;
  if (taken < 1) {
    const waitMs = Math.min(MOST_WAIT_MS, 2 * behind.waitMs);
    return { ...pace, behind: { ...behind, waitMs }, dueAt: mark.at + waitMs };
  }
  const seenMs = Math.min(MOST_INTERVAL_MS, (mark.at - behind.at) / taken);
  const stepMs = intervalMs === 0 ? seenMs : bounded(seenMs, intervalMs, taken);
  const dueAt = mark.at + Math.max(behind.waitMs, (pace.arrived - mark.taken) * stepMs);
  return { ...pace, intervalMs: intervalMs === 0 ? 0 : stepMs, dueAt };
}

function caughtUp(pace: BacklogPace, mark: Mark, behind: Behind): BacklogPace {
  const next = { ...pace, behind: undefined, prompt: 0, arrivals: [mark.at] };
  const taken = mark.taken - behind.taken;
  if (pace.intervalMs > 0 || taken <= 0) return next;
  const stepMs = Math.min(MOST_INTERVAL_MS, (mark.at - behind.at) / taken);
  const { first = mark } = pace;
  const queued = mark.taken - first.taken - (mark.at - first.at) / stepMs;
  const hidden = pace.arrived > MOST_HIDDEN ? 0 : Math.max(0, queued - UNSEEN);
  const steady = hidden < LEAST_HIDDEN ? pace.steady : { until: mark.at + FIRST_STEADY_MS, ms: FIRST_STEADY_MS };
  const dueAt = mark.at + Math.max(1, hidden) * stepMs;
  return { ...next, intervalMs: stepMs * ROUGH_SHARE, dueAt, hidden, steady };
}

function pressed(pace: BacklogPace, at: number, isSure: boolean): BacklogPace {
  const { intervalMs } = pace;
  if (intervalMs === 0) return pace;
  const next = { ...pace, prompt: 0, pressed: pace.pressed + 1 };
  if (!isSure && next.pressed <= MOST_PRESSED) return next;
  return { ...next, pressed: 0, intervalMs: intervalMs * PRESSED_GROWTH, dueAt: at + intervalMs * PRESSED_PAUSE };
}

function onTime(pace: BacklogPace, at: number): BacklogPace {
  const { intervalMs, steady, prompt } = pace;
  if (intervalMs === 0) return pace;
  if (at < steady.until) return { ...pace, pressed: 0 };
  const share = Math.min(MOST_LIFT, LIFT_SHARE + LIFT_GROWTH * prompt);
  const less = intervalMs - Math.max(LIFT_MS, share * intervalMs);
  return { ...pace, prompt: prompt + 1, pressed: 0, intervalMs: less < LEAST_INTERVAL_MS ? 0 : less };
}

/** Whether the program is what limits, at the moment. */
export function isBacklogged({ intervalMs, behind }: BacklogPace): boolean {
  return intervalMs > 0 || behind !== undefined;
}
