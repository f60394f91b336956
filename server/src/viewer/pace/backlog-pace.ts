import type { TransportAnswer } from '../frame-socket.js';
import {
  FIRST_PROBES,
  intervalAfterStop,
  isNearlyFast,
  LONG_MS,
  MUTE_MS,
  nearlyDoneAt,
  probeInterval,
  readAt,
  SURE_BLIND,
} from './question-times.js';

/**
 * Whether the program behind a viewer has read what it was sent, told by its kernel. Pure. For viewers that say nothing at
 * all: `reader-pace.ts` knows more of those that answer pings.
 *
 * Once frames lie unread the server asks: it sends a few bytes of the next part's headers, which Linux acknowledges at
 * once if the program waits for data and 40 ms later otherwise, with the receive window as it is then. The next frame
 * goes when all has been read. It lies ready for a program that works, so that pictures are one of its steps old.
 *
 * Where nobody tells what lies unread, such a question follows a frame now and then, and the next one waits for the answer.
 *
 * What a library reads ahead does not lie in the socket. It shows at first, when several frames go at a time; they are
 * left to be used up then, and frames come at the pace of the program. Where a library is known to do so, nothing need be
 * old: frames that are padded to more than it reads ahead go, one at a time, and show how long the program takes for one.
 */
export interface BacklogPace {
  /** Each frame waits until the one before has been read. */
  readonly isSlow: boolean;
  /** No frame goes until an answer says that all has been read. */
  readonly hold: Hold | undefined;
  /** The reader's kernel acknowledges at once what is read at once. Windows never does so for a few bytes. */
  readonly isQuick: boolean;
  /** It did so after it had not: it does when its program waits, and only then. */
  readonly isTrue: boolean;
  /** How long the last hold was, ms. */
  readonly heldMs: number;
  /** Holds in a row that the first answer ended. */
  readonly prompt: number;
  /** Where it is known whether the library reads ahead. */
  readonly known: KnownLibrary | undefined;
  /** Frames that have arrived since libraries were last looked for. */
  readonly arrived: number;
  /** When all had been read after the first real hold, and how often that was so since. */
  readonly mark: { readonly at: number; readonly arrived: number; readonly stops: number } | undefined;
  /** A library reads so many frames ahead: frames come at this interval, ms, and no faster before `until`. */
  readonly ahead: { readonly frames: number; readonly intervalMs: number; readonly until: number } | undefined;
  /** How long the next pace that a library makes necessary stays, ms. */
  readonly steadyMs: number;
  /** No frame before this, ms on the monotonic clock. */
  readonly dueAt: number;
  /** When it is asked next though nobody knows what lies unread, ms on the monotonic clock. Infinity: answers tell nothing. */
  readonly probeAt: number;
  /** So many frames more are each followed by a question. */
  readonly probes: number;
  /** When all had been read last, as far as anybody knows, and how many frames had arrived by then. */
  readonly clear: { readonly at: number; readonly arrived: number } | undefined;
}

type KnownLibrary =
  /** It does not. */
  | { readonly state: 'none' }
  /** Padded frames go, and the program has taken so many since the first of its steps was seen to end. */
  | { readonly state: 'sought'; readonly since: number | undefined; readonly steps: number; readonly mostMs: number }
  /** The program takes all that come. */
  | { readonly state: 'harmless' }
  /** The pace is that of `ahead`. */
  | { readonly state: 'measured' };

interface Hold {
  readonly since: number;
  /** When to ask; Infinity: while a frame or a question is on its way. */
  readonly askAt: number;
  readonly isAsked: boolean;
  readonly answers: number;
  /** It is only to see whether the program is slow. */
  readonly isProbe: boolean;
}

/** What was seen when frames had arrived. */
export interface Sight {
  /** ms on the monotonic clock. */
  readonly at: number;
  /** Frames that have arrived by this. */
  readonly frames: number;
  /** What lies unread, bytes: Linux hides about one frame. undefined: nobody knows. */
  readonly unreadBytes: number | undefined;
}

/** More than roundings, in frames. */
const UNREAD = 0.5;

/** Linux delays an acknowledgement by 40 ms at least, unless all has been read; its timer must not be taken for that. */
const PROMPT_MS = 36;

/** The next question comes after this part of the time for which frames have been held. */
const ASK_SHARE = 1 / 32;

/** A frame is encoded in time if the program needs as long as for the last, give or take this, ms: two of 30 a second. */
const EXPECTED_MS = 70;

/** So many frames in a row were read at once: the program is not slow any more. */
const SURE = 4;

/** A library shows in the first frames of a connection. Later, the program itself may have stopped. */
const FIRST_FRAMES = 96;
/** It takes so many frames at a time; the pace is known well enough after so many. */
const LEAST_AHEAD = 1.5;
const ENOUGH = 12;
/** Frames come a little slower than they are used, so that its queue stays empty. */
const AHEAD_SHARE = 1.05;
/** It may have become faster, and to look makes pictures old for some seconds: after this, then this times as long, ms. */
const FIRST_STEADY_MS = 60_000;
const STEADY_GROWTH = 4;
const MOST_STEADY_MS = 3_600_000;

/** aiohttp's StreamReader reads on while it holds no more than 128 kB. */
const AHEAD_BYTES = 140_000;
/** A link that is no faster takes too long for so much, bytes per ms (48 Mbit/s). */
const FAST_LINK = 6;
/** So many padded frames in a row were read at once: the program takes all. */
const SURE_PADDED = 8;
/** The program's pace is known well enough after so many steps. The last padded frame and half a one more lie in the library then. */
const ENOUGH_STEPS = 6;
const PADDED_AHEAD = 1.5;
/** To look costs little then, so the pace stays for this part of the time. */
const KNOWN_SHARE = 1 / 6;

/** Pictures come when they are captured: what that makes late is made up for, up to this, ms. */
const MOST_SLIP_MS = 40;

export const NO_BACKLOG: BacklogPace = {
  isSlow: false,
  hold: undefined,
  isQuick: false,
  isTrue: false,
  heldMs: Infinity,
  prompt: 0,
  known: undefined,
  arrived: 0,
  mark: undefined,
  ahead: undefined,
  steadyMs: FIRST_STEADY_MS,
  dueAt: -Infinity,
  probeAt: -Infinity,
  probes: FIRST_PROBES,
  clear: undefined,
};

export interface Sending {
  /** ms on the monotonic clock. */
  readonly now: number;
  /** Whether the library reads ahead; undefined: nobody knows. What lies unread must be known exactly then. */
  readonly readsAhead?: boolean | undefined;
  /** Of the link, bytes per ms, if it is known. */
  readonly rate?: number | undefined;
}

/** A frame is about to be sent. */
export function backlogSent(before: BacklogPace, { now, readsAhead, rate = 0 }: Sending): BacklogPace {
  const pace = looking(before, now, {
    isKnown: readsAhead !== undefined,
    isAhead: readsAhead === true && rate > FAST_LINK,
  });
  const isHeld = pace.isSlow || pace.known?.state === 'sought';
  // Of most viewers nothing is to be kept, 30 times a second.
  if (!isHeld && pace.ahead === undefined) return pace;
  const hold = isHeld ? heldSince(now, { askAt: Infinity }) : pace.hold;
  const dueAt =
    pace.ahead === undefined ? pace.dueAt : Math.max(pace.dueAt, now - MOST_SLIP_MS) + pace.ahead.intervalMs;
  return { ...pace, hold, dueAt };
}

function looking(
  pace: BacklogPace,
  now: number,
  { isKnown, isAhead }: { isKnown: boolean; isAhead: boolean },
): BacklogPace {
  const { ahead, known, arrived } = pace;
  if (ahead !== undefined && now >= ahead.until) {
    return isAhead ? sought(pace, ahead.intervalMs) : { ...pace, ahead: undefined, mark: undefined, arrived: 0 };
  }
  // The first frame goes as it is.
  if (isAhead && arrived > 0 && (known === undefined || known.state === 'none')) return sought(pace);
  return isKnown && known === undefined ? { ...pace, known: { state: 'none' } } : pace;
}

/** @param mostMs the program is known to take no longer. A machine that is busy makes steps look longer, and never shorter. */
function sought(pace: BacklogPace, mostMs = Infinity): BacklogPace {
  return { ...pace, ahead: undefined, prompt: 0, known: { state: 'sought', since: undefined, steps: 0, mostMs } };
}

/** @returns bytes that the next frame should have at least. */
export function soughtBytes({ known }: BacklogPace): number {
  return known?.state === 'sought' ? AHEAD_BYTES : 0;
}

function heldSince(since: number, { askAt: at = since, isProbe = false }: { askAt?: number; isProbe?: boolean }): Hold {
  return { since, askAt: at, isAsked: false, answers: 0, isProbe };
}

/** @param frameBytes of the frame that has arrived. */
export function backlogSeen(before: BacklogPace, { at, frames, unreadBytes }: Sight, frameBytes: number): BacklogPace {
  const pace = { ...before, arrived: before.arrived + frames };
  const { hold, probeAt } = pace;
  const isProbe = unreadBytes === undefined;
  if (hold !== undefined) {
    // Who answered at once is asked soon, as it may not be slow any more.
    const next = isProbe ? readAt(pace.prompt > 0 ? 0 : pace.heldMs, hold.since, at) : at;
    return hold.isAsked ? pace : { ...pace, hold: { ...hold, askAt: next } };
  }
  const isDue = isProbe ? at >= probeAt : unreadBytes >= UNREAD * frameBytes;
  return isDue ? { ...pace, hold: heldSince(at, { isProbe }) } : pace;
}

/** @returns when to ask; Infinity: not now. */
export function askAt({ hold }: BacklogPace): number {
  return hold?.askAt ?? Infinity;
}

/** A question was sent. */
export function backlogAsked(pace: BacklogPace): BacklogPace {
  return pace.hold === undefined ? pace : { ...pace, hold: { ...pace.hold, askAt: Infinity, isAsked: true } };
}

/** It was acknowledged, or will not be. @param frameBytes of the last frame. */
export function backlogAnswered(before: BacklogPace, answer: TransportAnswer, frameBytes: number): BacklogPace {
  const { hold } = before;
  if (hold === undefined) return before;
  const { at, unreadBytes, lateMs } = answer;
  const isBlind = unreadBytes === undefined;
  const isPrompt = lateMs !== undefined && lateMs < PROMPT_MS;
  const pace = {
    ...before,
    isQuick: before.isQuick || isPrompt,
    isTrue: before.isTrue || (isPrompt && hold.answers > 0),
    probeAt: before.probes > 0 ? at : at + probeInterval(at - hold.since),
  };
  const isMute = isBlind && !isPrompt && !pace.isTrue && hold.answers > 0 && at - hold.since > MUTE_MS;
  if (isMute) return { ...pace, hold: undefined, isSlow: false, probeAt: Infinity };
  const pauseMs = (at - hold.since) * ASK_SHARE;
  if (lateMs === undefined) {
    const probes = at - hold.since > LONG_MS ? FIRST_PROBES : pace.probes;
    return { ...pace, probes, hold: { ...hold, isAsked: false, askAt: at + pauseMs } };
  }
  const unread = isBlind ? 0 : unreadBytes / frameBytes;
  if (unread < UNREAD && (isPrompt || !pace.isQuick)) return released(pace, at, { hold, isBlind });
  const nearlyDone = isBlind && pace.isSlow ? nearlyDoneAt(pace.heldMs, hold.since, at) : at;
  return {
    ...pace,
    isSlow: true,
    hold: {
      ...hold,
      isAsked: false,
      isProbe: false,
      answers: hold.answers + 1,
      askAt: Math.max(at + pauseMs, nearlyDone),
    },
  };
}

function released(pace: BacklogPace, at: number, { hold, isBlind }: { hold: Hold; isBlind: boolean }): BacklogPace {
  const { since, answers } = hold;
  const prompt = answers === 0 ? pace.prompt + 1 : 0;
  const isStop = answers > 0;
  const isSlow = pace.isSlow && prompt < (isBlind ? SURE_BLIND : SURE);
  const free = { ...pace, hold: undefined, heldMs: at - since, prompt, isSlow };
  const next = isBlind ? blindlyReleased(free, at, isStop) : free;
  switch (pace.known?.state) {
    case undefined:
      // Answers that mislead would look like a library.
      return isStop && !isBlind ? stopped(next, at) : next;
    case 'none':
      return next;
    case 'sought':
      return prompt < SURE_PADDED
        ? stepped(next, pace.known, { at, isStop })
        : { ...next, known: { state: 'harmless' } };
    case 'harmless':
    case 'measured':
      return isStop ? sought(next) : next;
  }
}

/** What the program needs for a frame is known by those that it has read since all was read before. */
function blindlyReleased(pace: BacklogPace, at: number, isStop: boolean): BacklogPace {
  const { clear, arrived } = pace;
  const stepMs = clear === undefined ? Infinity : (at - clear.at) / Math.max(1, arrived - clear.arrived);
  const isSlow = pace.isSlow && !(isStop && isNearlyFast(stepMs));
  const probes = isSlow ? FIRST_PROBES : Math.max(0, pace.probes - 1);
  const probeAt = isStop && !isSlow ? at + intervalAfterStop(stepMs) : pace.probeAt;
  return { ...pace, isSlow, probes, probeAt, clear: { at, arrived } };
}

/** A padded frame has been read, and if it was late, the program has begun with the one before. */
function stepped(
  pace: BacklogPace,
  known: Extract<KnownLibrary, { state: 'sought' }>,
  { at, isStop }: { at: number; isStop: boolean },
): BacklogPace {
  const { since } = known;
  if (since === undefined) return isStop ? { ...pace, known: { ...known, since: at } } : pace;
  const steps = known.steps + 1;
  if (!isStop || steps < ENOUGH_STEPS) return { ...pace, known: { ...known, steps } };
  const stepMs = (at - since) / steps;
  const intervalMs = Math.min(known.mostMs, stepMs * AHEAD_SHARE);
  const ahead = { frames: PADDED_AHEAD, intervalMs, until: at + pace.steadyMs * KNOWN_SHARE };
  const steadyMs = Math.min(MOST_STEADY_MS, pace.steadyMs * STEADY_GROWTH);
  return { ...pace, isSlow: false, known: { state: 'measured' }, ahead, steadyMs, dueAt: at + PADDED_AHEAD * stepMs };
}

/** All has been read, and it took a while. */
function stopped(pace: BacklogPace, at: number): BacklogPace {
  const { mark, arrived, ahead } = pace;
  if (ahead === undefined && arrived > FIRST_FRAMES) return pace;
  if (mark === undefined) return { ...pace, mark: { at, arrived, stops: 0 } };
  const frames = arrived - mark.arrived;
  const stops = mark.stops + 1;
  const isAhead = ahead !== undefined || (frames >= ENOUGH && frames >= LEAST_AHEAD * stops);
  if (!isAhead) return { ...pace, mark: { ...mark, stops } };
  const stepMs = (at - mark.at) / Math.max(1, frames);
  const found = {
    frames: ahead?.frames ?? frames / stops,
    intervalMs: stepMs * AHEAD_SHARE,
    until: at + pace.steadyMs,
  };
  const steadyMs = ahead === undefined ? Math.min(MOST_STEADY_MS, pace.steadyMs * STEADY_GROWTH) : pace.steadyMs;
  return { ...pace, ahead: found, steadyMs, dueAt: at + found.frames * stepMs, mark: { at, arrived, stops: 0 } };
}

/** Whether the program is what limits, at the moment. */
export function isBacklogged({ isSlow, hold, ahead, known }: BacklogPace): boolean {
  return isSlow || hold?.isProbe === false || ahead !== undefined || known?.state === 'sought';
}

/** Whether the program takes all that come, as far as anybody knows; a library that reads ahead would have shown by now. */
export function takesAll(pace: BacklogPace): boolean {
  return !isBacklogged(pace) && pace.arrived > FIRST_FRAMES;
}

/** @returns when the next frame may be sent; Infinity: when an answer says so. */
export function unreadUntil({ hold, dueAt }: BacklogPace): number {
  return hold === undefined ? dueAt : Infinity;
}

/** Whether all that is held will have been read about now, if the program needs as long as for the frame before. */
export function isExpected({ hold, heldMs }: BacklogPace, now: number): boolean {
  return hold !== undefined && Math.abs(now - hold.since - heldMs) < EXPECTED_MS;
}
