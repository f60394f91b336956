import { describe, expect, it } from 'vitest';
import type { Ladder } from '../../../../server/src/stream/ladder.js';
import { adapted, type Adaptation } from '../../../../server/src/viewer/adaptation/adaptation.js';
import { startAdaptation } from '../../../../server/src/viewer/adaptation/first-pictures.js';
import type { AdaptationEvent } from '../../../../server/src/viewer/adaptation/fitting.js';
import { UNKNOWN_LINK, type Link } from '../../../../server/src/link/congestion.js';

/** Rungs of 54, 42, 32 ... 4 kB, 30 frames a second; the lowest are worth it at 10. */
const LADDER: Ladder = {
  rungs: 11,
  fps: 30,
  bytes: rung => 54_000 * 0.77 ** rung,
  minFps: rung => (rung < 8 ? Infinity : 10),
};

interface Look {
  /** Bytes per ms. */
  rate: number;
  delayMs: number;
  now: number;
  sentAt?: number;
  latencyBudgetMs?: number;
}

function event({ rate, delayMs, now, sentAt = now - 50, latencyBudgetMs = 100 }: Look): AdaptationEvent {
  const link: Link = { ...UNKNOWN_LINK, rate, delayMs, sentAt, at: now };
  return { ladder: LADDER, link, latencyBudgetMs, now };
}

/** Acknowledged frames, one every 33 ms, that came in time or did not. */
function watch(adaptation: Adaptation, from: number, ms: number, look: Pick<Look, 'rate' | 'delayMs'>): Adaptation {
  let state = adaptation;
  for (let now = from; now < from + ms; now += 33) state = adapted(state, event({ ...look, now }));
  return state;
}

/** On a link of a known rate. */
const begin = (known: AdaptationEvent): Adaptation =>
  startAdaptation({ ...known, recalledRate: undefined, isRunning: () => false });

const MBIT = 125;

describe('the adaptation to a link', () => {
  it('stays where frames come in time and the next rung does not fit', () => {
    const start = begin(event({ rate: 5 * MBIT, delayMs: 20, now: 0 }));
    expect(watch(start, 0, 7900, { rate: 5 * MBIT, delayMs: 25 }).rung).toBe(start.rung);
  });

  describe('goes down', () => {
    const top = begin(event({ rate: 100 * MBIT, delayMs: 5, now: 0 }));

    it('when two frames in a row come too late, as far as the rate says', () => {
      const once = adapted(top, event({ rate: 5 * MBIT, delayMs: 50, now: 1000 }));
      expect(once.rung).toBe(0);
      const twice = adapted(once, event({ rate: 5 * MBIT, delayMs: 50, now: 1033 }));
      expect(twice.rung).toBe(5);
    });

    it('not when a late frame is followed by one in time', () => {
      let adaptation = top;
      for (let i = 0; i < 100; i += 1) {
        adaptation = adapted(
          adaptation,
          event({ rate: 100 * MBIT, delayMs: i % 2 === 0 ? 50 : 5, now: 1000 + i * 33 }),
        );
      }
      expect(adaptation.rung).toBe(0);
    });

    it('at once when one comes much too late, and to half of the bytes at most, whatever the rate', () => {
      const adaptation = adapted(top, event({ rate: 100 * MBIT, delayMs: 500, now: 1000 }));
      expect(LADDER.bytes(adaptation.rung)).toBeLessThanOrEqual(LADDER.bytes(0) / 2);
      expect(LADDER.bytes(adaptation.rung)).toBeGreaterThan(LADDER.bytes(0) / 5);
    });

    it('not again for frames that were sent before', () => {
      const adaptation = adapted(top, event({ rate: 5 * MBIT, delayMs: 500, now: 1000 }));
      const after = adapted(adaptation, event({ rate: 5 * MBIT, delayMs: 700, now: 1050, sentAt: 999 }));
      expect(after).toEqual(adaptation);
    });

    it('no further than the last rung', () => {
      let adaptation = top;
      for (let now = 1000; now < 9000; now += 100)
        adaptation = adapted(adaptation, event({ rate: 1, delayMs: 5000, now }));
      expect(adaptation.rung).toBe(10);
    });

    it('sooner with a small latency budget than with a large one', () => {
      const late = (latencyBudgetMs: number) =>
        [1000, 1033].reduce(
          (adaptation, now) => adapted(adaptation, event({ rate: 100 * MBIT, delayMs: 30, now, latencyBudgetMs })),
          top,
        ).rung;
      expect(late(50)).toBe(1);
      expect(late(500)).toBe(0);
    });
  });

  describe('goes up', () => {
    const low = watch(begin(event({ rate: 2 * MBIT, delayMs: 20, now: 0 })), 0, 1000, {
      rate: 2 * MBIT,
      delayMs: 30,
    });

    it('within a second to full size when the link has room', () => {
      expect(watch(low, 1000, 1000, { rate: 20 * MBIT, delayMs: 10 }).rung).toBe(0);
    });

    it('not for a moment of room', () => {
      expect(
        watch(watch(low, 1000, 200, { rate: 20 * MBIT, delayMs: 10 }), 1200, 200, { rate: 2 * MBIT, delayMs: 30 }).rung,
      ).toBe(low.rung);
    });

    it('by one rung after some time without any, to see', () => {
      expect(watch(low, 1000, 15_000, { rate: 2 * MBIT, delayMs: 30 }).rung).toBe(low.rung - 1);
    });

    it('after a while of frames that the viewer held up itself, whatever was measured before', () => {
      const heldUp = (adaptation: Adaptation, ms: number): Adaptation => {
        let state = adaptation;
        for (let now = 1100; now <= 1000 + ms; now += 100) {
          const known = event({ rate: 2 * MBIT, delayMs: 500, now });
          state = adapted(state, { ...known, link: { ...known.link, at: 1000, heldAt: now } });
        }
        return state;
      };
      expect(heldUp(low, 900).rung).toBe(low.rung);
      const next = heldUp(low, 1500);
      expect(next.rung).toBeLessThan(low.rung);
      expect(LADDER.bytes(next.rung)).toBeLessThanOrEqual(3 * LADDER.bytes(low.rung));
      expect(heldUp(low, 8000).rung).toBe(0);
    });

    /** A link that measures fast and carries little: every step up turns out to be a mistake. */
    const mistakes = (adaptation: Adaptation, from: number, ms: number): { adaptation: Adaptation; ups: number[] } => {
      const ups: number[] = [];
      let state = adaptation;
      for (let now = from; now < from + ms; now += 33) {
        const before = state;
        const isTooMuch = state.rung < low.rung;
        state = adapted(state, event({ rate: 50 * MBIT, delayMs: isTooMuch ? 80 : 20, now }));
        if (state.rung < before.rung) ups.push(now);
      }
      return { adaptation: state, ups };
    };

    it('ever more rarely when that was a mistake', () => {
      const { ups } = mistakes(low, 1000, 120_000);
      const gaps = ups.slice(1).map((at, index) => at - (ups[index] ?? 0));
      expect(ups.length).toBeLessThan(10);
      expect(gaps.at(-1)).toBeGreaterThan(20_000);
    });

    it('soon again when the link carries far more than it seemed to at the mistakes, in smaller steps', () => {
      const { adaptation } = mistakes(low, 1000, 30_000);
      const much = { rate: 500 * MBIT, delayMs: 5 };
      const next = watch(adaptation, 31_000, 200, much);
      expect(next.rung).toBeLessThan(adaptation.rung);
      expect(LADDER.bytes(next.rung)).toBeLessThanOrEqual(2 * LADDER.bytes(adaptation.rung));
      expect(watch(adaptation, 31_000, 15_000, much).rung).toBe(0);
    });
  });
});
