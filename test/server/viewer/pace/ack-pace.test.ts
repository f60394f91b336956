import { describe, expect, it } from 'vitest';
import {
  ackAllowance,
  ackPaced,
  EVERY_FRAME,
  type AckEvent,
  type AckPace,
} from '../../../../server/src/viewer/pace/ack-pace.js';
import type { Ladder } from '../../../../server/src/stream/ladder.js';
import { UNKNOWN_LINK } from '../../../../server/src/link/congestion.js';
import { NO_MIN } from '../../../../server/src/link/windowed-min.js';

/** One rung of 50 kB, 30 times a second. */
const LADDER: Ladder = { rungs: 12, fps: 30, bytes: () => 50_000, minFps: () => 15 };

interface Seen {
  now: number;
  /** Bytes per ms; undefined: not known. */
  rate?: number | undefined;
  delayMs?: number;
  rttMs?: number;
  latencyBudgetMs?: number;
}

function event({ now, rate = 100_000, delayMs = 1, rttMs = 1, latencyBudgetMs = 100 }: Seen): AckEvent {
  const roundTrip = { ...NO_MIN, newer: rttMs };
  const link = { ...UNKNOWN_LINK, rate, delayMs, roundTrip };
  return { ladder: LADDER, latencyBudgetMs, now, link, rung: 0, isOverdue: false };
}

/** Acknowledgements that all say the same, so many ms long. */
function over(ms: number, seen: Omit<Seen, 'now'> = {}, pace: AckPace = EVERY_FRAME): AckPace {
  let paced = pace;
  for (let now = 0; now <= ms; now += 1000 / 30) paced = ackPaced(paced, event({ ...seen, now }));
  return paced;
}

const RELAXED: AckPace = { every: 16, calmSince: 0 };

describe('the pace of acknowledgements', () => {
  it('is one for each frame until the path has been far from full for half a second', () => {
    expect(over(450).every).toBe(1);
    expect(over(550).every).toBe(2);
  });

  it('is halved each half second, down to one for sixteen frames', () => {
    expect([1100, 1650, 2200, 60_000].map(ms => over(ms).every)).toEqual([4, 8, 16, 16]);
  });

  it('stays one for each where nothing is known, or below what was asked for', () => {
    const unknown = { ...event({ now: 5000 }), link: UNKNOWN_LINK };
    expect(ackPaced(RELAXED, unknown)).toEqual(EVERY_FRAME);
    expect(ackPaced(RELAXED, { ...event({ now: 5000 }), rung: 1 })).toEqual(EVERY_FRAME);
  });

  it('knows a full path by a frame and its acknowledgement that take longer than the next one is due', () => {
    expect(over(60_000, { delayMs: 30, rttMs: 3 }).every).toBe(16);
    expect(over(60_000, { delayMs: 30, rttMs: 4 }).every).toBe(1);
  });

  it('is doubled by each frame that comes late', () => {
    expect(ackPaced(RELAXED, event({ now: 5000, delayMs: 34 }))).toEqual({ every: 8, calmSince: undefined });
    expect(ackPaced(EVERY_FRAME, event({ now: 5000, delayMs: 34 })).every).toBe(1);
  });

  it('is one for each at once where the viewer seems to have stood still: it may be the link that has fallen', () => {
    const held = event({ now: 5000 });
    expect(ackPaced(RELAXED, { ...held, link: { ...held.link, at: 4900, heldAt: 5000 } })).toEqual(EVERY_FRAME);
  });

  it('is one for each at once when a frame should have come and has not', () => {
    expect(ackPaced(RELAXED, { ...event({ now: 5000 }), isOverdue: true })).toEqual(EVERY_FRAME);
  });

  it('wants to hear of payloads that take half of the interval, and when none comes for one and a half', () => {
    expect(ackAllowance(RELAXED, 30)).toEqual({ every: 16, slowMs: 17, silenceMs: 51 });
    expect(ackAllowance(EVERY_FRAME, 30)).toEqual({ every: 1, slowMs: 17 });
    expect(ackAllowance(EVERY_FRAME, Infinity)).toEqual({ every: 1, slowMs: 0 });
  });

  it('begins a new half second after each late frame', () => {
    const late = ackPaced({ every: 4, calmSince: 0 }, event({ now: 5000, delayMs: 34 }));
    const next = ackPaced(late, event({ now: 5033 }));
    expect(ackPaced(next, event({ now: 5500 })).every).toBe(2);
    expect(ackPaced(next, event({ now: 5534 })).every).toBe(4);
  });

  it.each([
    // So many frames of 50 kB at a tenth of the rate within 100 ms are never more than the budget.
    [100_000, 16],
    [75_000, 16],
    [74_999, 8],
    [35_000, 8],
    [34_999, 4],
    [15_000, 4],
    [14_999, 2],
    [5000, 2],
    [4999, 1],
  ])('leaves no more unknown than would pass in time at a tenth of the rate: %i bytes/ms, every %i', (rate, every) => {
    expect(over(60_000, { rate }).every).toBe(every);
    expect(ackPaced(RELAXED, event({ now: 5000, rate })).every).toBe(every);
  });

  it('follows the budget', () => {
    expect(over(60_000, { rate: 15_000, latencyBudgetMs: 20 }).every).toBe(1);
    expect(over(60_000, { rate: 15_000, latencyBudgetMs: 500 }).every).toBe(16);
  });
});
