import { minOf, minWith, NO_MIN, type WindowedMin } from '../../link/windowed-min.js';

/**
 * How often the program behind a viewer takes a frame, whatever its link carries. Pure. For viewers that do not
 * acknowledge and answer pings, as every WebSocket library does: the pong to a ping behind a frame says that the library
 * has read the frame (RFC 6455, 5.5.3), while the kernel says no more than that it has arrived.
 *
 * A frame that is read later than it arrived waited for the program. Then one frame goes at a time, shortly before the
 * program is done with the one before. Libraries that read ahead hide that until their queue is full; it is left to
 * empty, and not filled again.
 */
export interface ReaderPace {
  /** Frames that a ping was sent behind and no pong has come for, oldest first. */
  readonly unread: readonly Unread[];
  /** Frames that were read so far, as pongs said. While there is none, the viewer may be one that never answers: ... */
  readonly reads: number;
  /** ... it is not bounded here from then on, ms on the monotonic clock; undefined before the first ping. */
  readonly freeAt: number | undefined;
  /** Frames in a row that were not read late. */
  readonly prompt: number;
  /** What lies between arrival and pong when nobody waits, ms. */
  readonly lag: WindowedMin;
  /** Least time from one frame to the next, ms; 0: the program takes all that come. */
  readonly intervalMs: number;
  /** No frame before this, ms on the monotonic clock. */
  readonly dueAt: number;
  /** When frames were read last, and how many at once, if they were late. */
  readonly late: { readonly at: number; readonly frames: number } | undefined;
  /** Times from one late frame to the next: what the program takes for one, ms. */
  readonly steps: readonly number[];
  /** What was read since all that had come before was taken: what a queue holds shows in that. */
  readonly run: Run | undefined;
  /** A queue was found, of so many frames: no faster before `until`, after which it is tried again. */
  readonly steady: { readonly until: number; readonly ms: number; readonly frames: number } | undefined;
}

interface Unread {
  readonly seq: number;
  readonly askedAt: number;
  readonly arrivedAt: number | undefined;
}

interface Run {
  readonly since: number;
  readonly frames: number;
}

export const FREE_READER: ReaderPace = {
  unread: [],
  reads: 0,
  freeAt: undefined,
  prompt: 0,
  lag: NO_MIN,
  intervalMs: 0,
  dueAt: -Infinity,
  late: undefined,
  steps: [],
  run: undefined,
  steady: undefined,
};

/**
 * A pong that comes so much later than the fastest of late had to wait: event loops, polls and a machine that is short of
 * time make less. ms, and a part of the interval.
 */
const LATE_MS = 15;
const LATE_SHARE = 1 / 4;
const LAG_WINDOW_MS = 30_000;

/** The first pong is waited for so long, ms, with one frame on its way: a busy machine may need as long to start a program. */
const FIRST_PONG_MS = 3000;

/**
 * One frame more may be unread for each so many in a row that were not late. A program that is busy from its first moment
 * on makes its own step look like a long way; but two frames that are sent at once take it twice as long, and the way not.
 */
const PROMPT_FOR_EACH = 4;

/** What is read within this was read in one go, ms. */
const AT_ONCE_MS = 8;

/** The shortest of so many steps counts: a program that stopped for once is not slow. */
const STEPS = 4;

/** The next frame comes a little before the program is ready, so that each tells how long it took. */
const EARLY_SHARE = 0.97;

/** A program is not taken for slow before so many steps in a row. */
const SURE = 2;

/** An interval grows by no more than this for one late frame: the machine may have stopped, and not the program. */
const GROWTH = 1.25;

/** How fast a bound is lifted while nothing is late. */
const LIFT = 0.95;

/** A bound of less is none: no source gives more pictures a second. */
const LEAST_INTERVAL_MS = 4;

/** A program that takes longer may become faster at any moment, and must not wait for that, ms. */
const MOST_INTERVAL_MS = 2000;

/** Of more frames than this nobody knows any more how fast they were taken; libraries queue up to 32. */
const MOST_RUN = 64;

/** So many frames too many have been read, as seen by the pace of the last: they lie in a queue. */
const LEAST_QUEUE = 6;

/** So many late frames in a row while its queue was thought empty: it is full again, since the program has become slower. */
const FULL_AGAIN = 3;

/** Behind a late frame the next comes sooner by this, so that a full queue shows. */
const PRESS = 0.9;

/** A queue is emptied for no longer than this, ms. */
const MOST_DRAIN_MS = 30_000;

/** While there is a queue frames come a little slower than they are taken, so that it stays empty. */
const STEADY_SHARE = 1.03;
const FIRST_STEADY_MS = 60_000;
const MOST_STEADY_MS = 3_600_000;

/** Pictures come when they are captured: what that makes late is made up for, up to this, ms. */
const MOST_SLIP_MS = 40;

/** Without pongs the list would grow for ever. */
const MOST_UNREAD = 256;

/** A frame was sent, and a ping behind it. */
export function asked(pace: ReaderPace, seq: number, now: number): ReaderPace {
  const unread = [...pace.unread.slice(1 - MOST_UNREAD), { seq, askedAt: now, arrivedAt: undefined }];
  const freeAt = pace.freeAt ?? now + FIRST_PONG_MS;
  return { ...pace, unread, freeAt, dueAt: Math.max(pace.dueAt, now - MOST_SLIP_MS) + pace.intervalMs };
}

/** The frame, and those before it, have arrived at the reader's machine. */
export function reached(pace: ReaderPace, seq: number, arrivedAt: number): ReaderPace {
  const last = pace.unread.findIndex(frame => frame.seq === seq);
  if (last < 0) return pace;
  const unread = pace.unread.map((frame, i) =>
    i <= last && frame.arrivedAt === undefined ? { ...frame, arrivedAt } : frame,
  );
  return { ...pace, unread };
}

/** The pong came: the frame was read, and those before it. Of others than were asked about nothing is learned. */
export function read(pace: ReaderPace, seq: number, now: number): ReaderPace {
  const last = pace.unread.findIndex(frame => frame.seq === seq);
  const frame = pace.unread[last];
  if (frame === undefined) return pace;
  const frames = last + 1;
  const lagMs = Math.max(0, now - (frame.arrivedAt ?? now));
  const isLate = lagMs > minOf(pace.lag) + lateMs(pace);
  const next = {
    ...pace,
    reads: pace.reads + frames,
    unread: pace.unread.slice(frames),
    lag: minWith(pace.lag, lagMs, now, LAG_WINDOW_MS),
    run: runAfter(pace, frames, now),
  };
  const before = pace.late;
  if (before !== undefined && now - before.at < AT_ONCE_MS) {
    return { ...next, late: { ...before, frames: before.frames + frames } };
  }
  return isLate ? late(next, { frames, now }) : prompt(next, { frames, now });
}

/** The first frames of a connection, and those of a trial, begin with a queue that is empty. */
function runAfter({ run, reads }: ReaderPace, frames: number, now: number): Run | undefined {
  const next = run ?? (reads > 0 ? undefined : { since: now, frames: 0 });
  if (next === undefined || next.frames > MOST_RUN) return undefined;
  return { ...next, frames: next.frames + frames };
}

/** Of a program with a queue, which is empty, nothing is expected to be late. */
function lateMs({ intervalMs, steady }: ReaderPace): number {
  return steady !== undefined ? LATE_MS : Math.max(LATE_MS, intervalMs * LATE_SHARE);
}

function late(pace: ReaderPace, { frames, now }: { frames: number; now: number }): ReaderPace {
  const { late: before, run } = pace;
  const steps = before === undefined ? [] : [...pace.steps, (now - before.at) / before.frames].slice(-STEPS);
  const stepMs = Math.min(...steps);
  const queued = queuedIn(pace, steps, run === undefined ? 0 : run.frames - (now - run.since) / stepMs);
  if (queued >= LEAST_QUEUE) return drained(pace, { queued, stepMs, now });
  const isKnown = steps.length >= (pace.intervalMs === 0 ? SURE : 1) && pace.steady === undefined;
  const most = pace.intervalMs === 0 ? MOST_INTERVAL_MS : Math.min(MOST_INTERVAL_MS, pace.intervalMs * GROWTH);
  const intervalMs = isKnown ? Math.min(most, stepMs * EARLY_SHARE) : pace.intervalMs;
  const dueAt = now + intervalMs * (pace.steady === undefined ? 1 : PRESS);
  const next = { ...pace, prompt: 0, late: { at: now, frames }, steps, intervalMs, dueAt };
  return steps.length < SURE ? next : { ...next, run: undefined };
}

function queuedIn({ steady }: ReaderPace, steps: readonly number[], counted: number): number {
  if (steps.length < SURE) return 0;
  return steady !== undefined && steps.length >= FULL_AGAIN ? Math.max(counted, steady.frames) : counted;
}

function drained(
  pace: ReaderPace,
  { queued, stepMs, now }: { queued: number; stepMs: number; now: number },
): ReaderPace {
  const { steady } = pace;
  const ms = Math.min(MOST_STEADY_MS, steady === undefined ? FIRST_STEADY_MS : 2 * steady.ms);
  const dueAt = now + Math.min(MOST_DRAIN_MS, (queued - 1) * stepMs);
  const found = { until: dueAt + ms, ms, frames: queued };
  return {
    ...pace,
    intervalMs: stepMs * STEADY_SHARE,
    dueAt,
    late: undefined,
    steps: [],
    run: undefined,
    steady: found,
  };
}

function prompt(pace: ReaderPace, { frames, now }: { frames: number; now: number }): ReaderPace {
  const { steady, intervalMs } = pace;
  const next = { ...pace, prompt: pace.prompt + frames, late: undefined };
  if (steady !== undefined && now < steady.until) return next;
  const lifted = intervalMs * LIFT;
  const run = steady === undefined ? pace.run : (pace.run ?? { since: now, frames: 1 });
  return { ...next, steps: [], run, intervalMs: lifted < LEAST_INTERVAL_MS ? 0 : lifted };
}

/** Whether it ever answered a ping. */
export function answersPings({ reads }: ReaderPace): boolean {
  return reads > 0;
}

/** Whether the program is what limits, at the moment. */
export function isSlow({ reads, intervalMs, late: last }: ReaderPace): boolean {
  return reads > 0 && (intervalMs > 0 || last !== undefined);
}

/** Whether the program takes all that come, as far as anybody knows; a queue would have shown by now. */
export function isSettled(pace: ReaderPace): boolean {
  return !isSlow(pace) && pace.run === undefined;
}

/** @returns when the next frame may be sent; up to `by`, or in the past: it may by then; Infinity: when a pong comes. */
export function readableAt(pace: ReaderPace, by: number): number {
  const { reads, freeAt = by, unread, dueAt, prompt: inRow } = pace;
  const oldest = unread[0];
  if (oldest === undefined) return isSlow(pace) ? dueAt : -Infinity;
  if (reads === 0) return freeAt;
  if (unread.length * PROMPT_FOR_EACH > inRow) return Infinity;
  return isSlow(pace) || by > (oldest.arrivedAt ?? by) + minOf(pace.lag) + LATE_MS ? Infinity : -Infinity;
}

/** For how long somebody who has answered before has not read a frame, ms. */
export function unreadMs({ reads, unread }: ReaderPace, now: number): number {
  const oldest = unread[0];
  return reads > 0 && oldest !== undefined ? now - oldest.askedAt : 0;
}
