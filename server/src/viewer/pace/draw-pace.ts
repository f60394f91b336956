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
  /** Of those received, which the viewer held up itself. */
  readonly held: number;
  /** Pictures a second that it took when it was counted last, if it was the limit. */
  readonly fps: number | undefined;
}

const NOTHING_COUNTED = { received: 0, dropped: 0, held: 0 };

export const FREE_PACE: DrawPace = { intervalMs: 0, since: -Infinity, ...NOTHING_COUNTED, fps: undefined };

/** Frames that an acknowledgement covers, and when it came. */
export interface Taken {
  readonly frames: number;
  /** Whether the viewer took them later than its link brought them. */
  readonly isHeldUp: boolean;
  readonly now: number;
}

const HIDDEN_INTERVAL_MS = 1000;

/** What is counted before it is judged: this long, and so many frames. */
const COUNT_MS = 1000;
const COUNT_FRAMES = 4;

/** A picture thrown away now and then is jitter against the screen's own rate. */
const MUCH_DROPPED = 0.25;
const LITTLE_DROPPED = 0.1;

/** A viewer that holds up more of its frames than this is what limits their rate. */
const MUCH_HELD = 0.5;

/** Who takes at least so much of what there is takes all, but for jitter. */
const NEARLY_ALL = 0.8;

/** How fast a bound is lifted that was no longer needed. */
const LIFT = 0.8;

/** A bound of less is none: no source gives more pictures a second. */
const LEAST_INTERVAL_MS = 4;

const MAX_INTERVAL_MS = 2000;

/** After each acknowledgement. */
export function drawn(pace: DrawPace, ack: Ack, { frames, isHeldUp, now }: Taken): DrawPace {
  const { since } = pace;
  if (since === -Infinity) return { ...pace, since: now };
  const isBehind = ack.clientDropped > 0 || ack.decodeQueue > MAX_DECODE_QUEUE;
  const next = {
    ...pace,
    received: pace.received + frames,
    dropped: pace.dropped + (isBehind ? Math.max(1, ack.clientDropped) : 0),
    held: pace.held + (isHeldUp ? frames : 0),
  };
  const passed = now - since;
  if (passed < COUNT_MS || next.received < COUNT_FRAMES) return next;
  const intervalMs = judged(next, passed);
  const isLimit = !ack.hidden && (intervalMs > 0 || next.held > MUCH_HELD * next.received);
  const taken = (1000 * Math.max(1, next.received - next.dropped)) / passed;
  // A figure for people: it should not jump.
  const fps = isLimit ? ((pace.fps ?? taken) + taken) / 2 : undefined;
  return { intervalMs, since: now, ...NOTHING_COUNTED, fps };
}

/** @param wantedFps that there are, or were asked for. @returns as `viewerFps` in the protocol's `stats`. */
export function viewerFps({ fps }: DrawPace, wantedFps: number): number | null {
  return fps === undefined || fps >= NEARLY_ALL * wantedFps ? null : fps;
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
