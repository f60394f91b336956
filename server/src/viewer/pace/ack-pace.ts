import type { AckAllowance } from '@framewire/shared/control';
import type { AdaptationEvent } from '../adaptation/fitting.js';
import { isHeldUp, rttMs } from '../../link/congestion.js';

/**
 * Which of a viewer's frames need an acknowledgement of their own. Pure.
 *
 * Reading one costs the server as much as sending a frame, and on a path that is far from full it says nothing new. So
 * a viewer whose frames arrive before the next one is due may acknowledge several at once, as QUIC's receivers do
 * (draft-ietf-quic-ack-frequency); frames that come late end that.
 */
export interface AckPace {
  /** One acknowledgement for at most so many frames: 1, 2, 4, 8 or 16. */
  readonly every: number;
  /** Since when all is well with that, ms on the monotonic clock; undefined: it is not. */
  readonly calmSince: number | undefined;
}

export const EVERY_FRAME: AckPace = { every: 1, calmSince: undefined };

/** A payload that takes longer than this part of the interval to the next has met something. */
const SLOW_SHARE = 1 / 2;

/** All is well for so long before half as many acknowledgements are enough, ms. */
const CALM_MS = 500;

const MOST_FRAMES = 16;

/** Frames of which nothing is known yet pass within the latency budget even if the link falls to this part. */
const COLLAPSE_SHARE = 1 / 10;

/** What the viewer is told. Where every frame is acknowledged it is known anyway for how long none has come. */
export function ackAllowance({ every }: AckPace, fps: number): AckAllowance {
  const intervalMs = 1000 / fps;
  const slowMs = Math.ceil(intervalMs * SLOW_SHARE);
  return every === 1 ? { every, slowMs } : { every, slowMs, silenceMs: Math.ceil(intervalMs) + slowMs };
}

export interface AckEvent extends AdaptationEvent {
  /** Where on the ladder the viewer stands. */
  readonly rung: number;
  /** A frame should have come by now, and has not. */
  readonly isOverdue: boolean;
}

/** After each acknowledgement. */
export function ackPaced({ every, calmSince }: AckPace, event: AckEvent): AckPace {
  const { rung, isOverdue, link, now } = event;
  if (rung > 0 || link.rate === undefined || isOverdue) return EVERY_FRAME;
  // Whether the viewer stood still or the link has fallen is told by the next frames, and each that goes unseen until then
  // may wait behind all others.
  if (isHeldUp(link)) return EVERY_FRAME;
  // Later than the next frame is due. Not all at once: a machine that is short of time is not helped by more to read.
  if (isLate(event)) return { every: Math.max(1, every / 2), calmSince: undefined };
  const most = mostUnknown(event);
  if (every > most) return { every: most, calmSince: now };
  if (calmSince === undefined || now - calmSince < CALM_MS) return { every, calmSince: calmSince ?? now };
  return { every: Math.min(most, 2 * every), calmSince: now };
}

/**
 * The same where the kernel tells what has arrived: one of so many frames is measured on its way, for the others it is enough
 * to know that they are there when the next is due.
 *
 * @param isUsual whether the frame was read like all before it.
 */
export function measurePaced(
  { every, calmSince }: AckPace,
  isUsual: boolean,
  event: Omit<AckEvent, 'isOverdue'>,
): AckPace {
  const { rung, link, now } = event;
  if (!isUsual || rung > 0 || link.rate === undefined || isLate(event)) return EVERY_FRAME;
  if (calmSince === undefined || now - calmSince < CALM_MS) return { every, calmSince: calmSince ?? now };
  return { every: Math.min(MOST_FRAMES, 2 * every), calmSince: now };
}

/** Later than the next frame is due. */
function isLate({ link, ladder }: AdaptationEvent): boolean {
  return isHeldUp(link) || link.delayMs + rttMs(link) > 1000 / ladder.fps;
}

function mostUnknown({ ladder, link, latencyBudgetMs }: AdaptationEvent): number {
  const held = ((link.rate ?? 0) * COLLAPSE_SHARE * latencyBudgetMs) / ladder.bytes(0);
  let most = 1;
  while (most < MOST_FRAMES && most * 2 - 1 <= held) most *= 2;
  return most;
}
