import { MAX_DECODE_QUEUE, type Ack } from '@framewire/shared/ack';

/**
 * How often a viewer's screen can use a picture, whatever its link carries. Pure. A viewer that throws pictures away
 * undrawn is sent as many as it draws; a hidden page one a second, so that it has a picture when it is shown again.
 */
export interface DrawPace {
  /** Least time from one frame to the next, ms; 0: no bound. */
  readonly intervalMs: number;
  /** What was counted since. */
  readonly since: number;
  readonly received: number;
  readonly dropped: number;
}

export const FREE_PACE: DrawPace = { intervalMs: 0, since: -Infinity, received: 0, dropped: 0 };

const HIDDEN_INTERVAL_MS = 1000;

/** What is counted before it is judged: this long, and so many frames. */
const COUNT_MS = 1000;
const COUNT_FRAMES = 4;

/** A picture thrown away now and then is jitter against the screen's own rate. */
const MUCH_DROPPED = 0.25;
const LITTLE_DROPPED = 0.1;

/** How fast a bound is lifted that was no longer needed. */
const LIFT = 0.8;

/** A bound of less is none: no source gives more pictures a second. */
const LEAST_INTERVAL_MS = 4;

const MAX_INTERVAL_MS = 2000;

/** @param frames that the acknowledgement covers. */
export function drawn(pace: DrawPace, ack: Ack, frames: number, now: number): DrawPace {
  const { intervalMs, since } = pace;
  if (since === -Infinity) return { intervalMs, since: now, received: 0, dropped: 0 };
  const isBehind = ack.clientDropped > 0 || ack.decodeQueue > MAX_DECODE_QUEUE;
  const next = {
    intervalMs,
    since,
    received: pace.received + frames,
    dropped: pace.dropped + (isBehind ? Math.max(1, ack.clientDropped) : 0),
  };
  const passed = now - pace.since;
  if (passed < COUNT_MS || next.received < COUNT_FRAMES) return next;
  return { intervalMs: judged(next, passed), since: now, received: 0, dropped: 0 };
}

/** Least time to the next frame for this viewer now, ms. */
export function drawIntervalMs(pace: DrawPace, isHidden: boolean): number {
  return isHidden ? Math.max(HIDDEN_INTERVAL_MS, pace.intervalMs) : pace.intervalMs;
}

function judged({ intervalMs, received, dropped }: DrawPace, passed: number): number {
  const share = Math.min(1, dropped / received);
  if (share > MUCH_DROPPED) return Math.min(MAX_INTERVAL_MS, passed / Math.max(1, received - dropped));
  if (share > LITTLE_DROPPED || intervalMs === 0) return intervalMs;
  const lifted = intervalMs * LIFT;
  return lifted < LEAST_INTERVAL_MS ? 0 : lifted;
}
