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
