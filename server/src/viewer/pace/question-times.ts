/**
 * When a program is asked of which nobody knows what lies unread (`backlog-pace.ts`). Each question takes a look at all
 * connections of the machine, and an answer may mislead. Pure.
 */

/** How far the program is with the last frame when it is asked, as a part of the time that it took for the one before, ... */
const NEARLY_DONE = 0.8;
/** ... and the longest pause, ms: after a longer one Linux acknowledges whatever comes. */
const MOST_PAUSE_MS = 90;

/** A program needs so long to read what has arrived, ms, and reads a question along with it. */
const READING_MS = 20;

/** A program that was not slow lately is asked so that frames are held for this part of the time, and not more seldom, ms. */
const PROBE_SHARE = 1 / 8;
const MOST_PROBE_MS = 500;

/** So many frames are followed by a question each, first and after the program was slow, since an answer may mislead. */
export const FIRST_PROBES = 8;
/** So many frames in a row were read at once: the program is not slow any more. */
export const SURE_BLIND = 6;
/** Frames that take so long to arrive, ms, fill the kernel's buffer unless each is waited for. */
export const LONG_MS = 150;
/** Who has only answered late for so long, ms, may never do otherwise (other systems than Linux), and is not asked again. */
export const MUTE_MS = 6000;

/** A slow program has been sent a frame, or has answered late. @param heldMs how long it took for the frame before, ms. */
export function nearlyDoneAt(heldMs: number, since: number, now: number): number {
  return Math.min(since + heldMs * NEARLY_DONE, now + MOST_PAUSE_MS);
}

/** As `nearlyDoneAt`, for the first question after a frame. */
export function readAt(heldMs: number, since: number, now: number): number {
  return Math.max(now + READING_MS, nearlyDoneAt(heldMs, since, now));
}

/** @param heldMs how long frames were held for the last question, ms. @returns how long none is needed, ms. */
export function probeInterval(heldMs: number): number {
  return Math.min(MOST_PROBE_MS, heldMs / PROBE_SHARE);
}

/**
 * To send such a program one frame at a time would cost it half of them, since a question takes as long. It gets what it
 * can take between two questions, and what it could not is left to be read at the next.
 */
const NEARLY_FAST_MS = 150;
/** A program that needs no longer than this takes about all that come, ms. */
const FAST_MS = 45;
const SHORT_PROBE_MS = 150;

/** @param stepMs what the program needs for a frame, ms. */
export function isNearlyFast(stepMs: number): boolean {
  return stepMs < NEARLY_FAST_MS;
}

/** @returns how long a nearly fast program that was not done in time is not asked again, ms. */
export function intervalAfterStop(stepMs: number): number {
  return stepMs < FAST_MS ? MOST_PROBE_MS : SHORT_PROBE_MS;
}
