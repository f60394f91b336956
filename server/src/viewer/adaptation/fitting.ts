import { rttMs, type Link } from '../../link/congestion.js';
import type { Ladder } from '../../stream/ladder.js';

/** What is known when a rung is to be chosen. */
export interface AdaptationEvent {
  readonly ladder: Ladder;
  readonly link: Link;
  /** How old pictures may be on arrival. */
  readonly latencyBudgetMs: number;
  readonly now: number;
}

/** So much of the budget may go by while a frame passes the narrowest place. */
const PASSING_SHARE = 0.6;

/** A round trip of half the budget and more leaves at least this share for passing. */
const LEAST_PASSING_SHARE = 0.25;

/**
 * At most this part of the budget, by where on the ladder: of viewers that share a link and its queue, those who have
 * more give way first.
 */
const ALLOWANCE = { top: 0.3, bottom: 0.9 };

/** No path is blamed for less, ms: event loops and jitter make as much. */
const LEAST_ALLOWANCE_MS = 25;

/** How much later than on an idle path a frame may come, ms. */
export function allowanceMs(rung: number, event: AdaptationEvent): number {
  const { ladder, latencyBudgetMs } = event;
  const depth = rung / Math.max(1, ladder.rungs - 1);
  const share = ALLOWANCE.top + (ALLOWANCE.bottom - ALLOWANCE.top) * depth;
  return Math.max(LEAST_ALLOWANCE_MS, Math.min(intervalMs(rung, event), latencyBudgetMs * share));
}

function intervalMs(rung: number, { ladder }: AdaptationEvent): number {
  return 1000 / Math.min(ladder.fps, ladder.minFps(rung));
}

/** The best rung that takes at most a share of the rate and passes in time; the last when none does. */
export function bestFitting(event: AdaptationEvent, share: number): number {
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
