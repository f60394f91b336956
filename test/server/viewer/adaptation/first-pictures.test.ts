import { describe, expect, it } from 'vitest';
import { observed, UNKNOWN_LINK, type Link } from '../../../../server/src/link/congestion.js';
import type { Ladder } from '../../../../server/src/stream/ladder.js';
import type { Adaptation } from '../../../../server/src/viewer/adaptation/adaptation.js';
import {
  adaptedAtStart,
  startAdaptation,
  type Beginning,
} from '../../../../server/src/viewer/adaptation/first-pictures.js';

/** Rungs of so many bytes and less, each of 0.77 of the one before, 30 frames a second. */
const ladderFrom = (bytes: number): Ladder => ({
  rungs: 11,
  fps: 30,
  bytes: rung => bytes * 0.77 ** rung,
  minFps: rung => (rung < 8 ? Infinity : 10),
});
const PLAIN = ladderFrom(54_000);
const FINE = ladderFrom(280_000);

const MBIT = 125;

function beginning(ladder: Ladder, known: Partial<Beginning> = {}): Beginning {
  const nothing = { link: UNKNOWN_LINK, latencyBudgetMs: 100, now: 0, recalledRate: undefined };
  return { ...nothing, ladder, isRunning: () => false, ...known };
}

const runs =
  (...rungs: number[]) =>
  (rung: number): boolean =>
    rungs.includes(rung);

/** The link after one frame that was sent at 0 over an otherwise idle path, and took so long after its header. */
function afterOne(bytes: number, passedMs: number, rttMs: number, heldMs = 0): Link {
  const headerAt = rttMs / 2;
  const arrivedAt = headerAt + passedMs;
  const frame = {
    bytes,
    coveredBytes: bytes,
    sentAt: 0,
    headerAt,
    arrivedAt,
    isHeld: heldMs > 0,
    heldMs,
    foreseenQueueMs: 0,
  };
  return observed(UNKNOWN_LINK, { ...frame, now: arrivedAt + rttMs / 2 });
}

/** Where the first picture leads to. @param rate bytes per ms. @param rampMs for how long TCP's window held it up. */
function afterFirst(ladder: Ladder, rate: number, { rttMs = 1, rampMs = 0 } = {}): Adaptation {
  const start = startAdaptation(beginning(ladder));
  const bytes = ladder.bytes(start.rung);
  const passedMs = bytes / rate + rampMs;
  return adaptedAtStart(start, beginning(ladder, { now: passedMs + rttMs, link: afterOne(bytes, passedMs, rttMs) }));
}

describe('the first picture', () => {
  it('is the wish where that fills no slow link for long', () => {
    expect(startAdaptation(beginning(PLAIN)).rung).toBe(0);
    expect(startAdaptation(beginning(ladderFrom(3000))).rung).toBe(0);
  });

  it('is a smaller one where the wish is large, and as large as it may be', () => {
    const { rung } = startAdaptation(beginning(FINE));
    expect(FINE.bytes(rung)).toBeLessThanOrEqual(56_000);
    expect(FINE.bytes(rung - 1)).toBeGreaterThan(56_000);
    expect(startAdaptation(beginning({ ...FINE, bytes: () => 90_000 })).rung).toBe(10);
    expect(startAdaptation(beginning({ ...FINE, rungs: 1, bytes: () => 90_000 })).rung).toBe(0);
  });

  it('is what others watch rather than one that has to be encoded for it, where that is neither large nor tiny', () => {
    const first = (...running: number[]) => startAdaptation(beginning(FINE, { isRunning: runs(...running) })).rung;
    expect(first(2, 9, 10)).toBe(9);
    expect(first(2)).toBe(7);
    expect(startAdaptation(beginning(ladderFrom(60_000), { isRunning: runs(3) })).rung).toBe(3);
    expect(startAdaptation(beginning(ladderFrom(60_000), { isRunning: runs(10) })).rung).toBe(1);
  });

  it('is the wish, however large, where the path to that address carried it a moment ago', () => {
    expect(startAdaptation(beginning(FINE, { recalledRate: 1000 * MBIT })).rung).toBe(0);
  });

  it('is small where that path was slow', () => {
    const { rung } = startAdaptation(beginning(PLAIN, { recalledRate: 2 * MBIT }));
    expect(PLAIN.bytes(rung)).toBeLessThanOrEqual(20_000);
  });

  it('is what the link carries where that is known', () => {
    const link: Link = { ...UNKNOWN_LINK, rate: 5 * MBIT, at: 0 };
    expect(startAdaptation(beginning(PLAIN, { link })).rung).toBe(5);
  });
});

describe('the picture after the first', () => {
  it.each([
    [PLAIN, 100 * MBIT, {}],
    [FINE, 200 * MBIT, {}],
    [FINE, 1000 * MBIT, { rttMs: 5 }],
    [PLAIN, 50 * MBIT, { rttMs: 30, rampMs: 60 }],
  ])('is the wish on a link that turns out to be fast (%#)', (ladder, rate, path) => {
    expect(afterFirst(ladder, rate, path).rung).toBe(0);
  });

  it('is no larger than what TCP sends in time over a long path', () => {
    const adaptation = afterFirst(FINE, 1000 * MBIT, { rttMs: 40, rampMs: 80 });
    expect(FINE.bytes(adaptation.rung)).toBeGreaterThan(56_000);
    expect(FINE.bytes(adaptation.rung)).toBeLessThan(200_000);
  });

  it('is no larger than a first one may be where that was no larger than what shapers let pass at once', () => {
    const plain: Ladder = { ...PLAIN, bytes: rung => (rung === 0 ? 58_000 : PLAIN.bytes(rung) / 3) };
    expect(startAdaptation(beginning(plain)).rung).toBe(1);
    expect(afterFirst(plain, 1000 * MBIT).rung).toBe(1);
  });

  it.each([0.3, 1, 2, 5])('comes in time on a link of %d Mbit/s', mbit => {
    for (const ladder of [PLAIN, FINE]) {
      const bytes = ladder.bytes(afterFirst(ladder, mbit * MBIT).rung);
      expect(bytes / (mbit * MBIT)).toBeLessThanOrEqual(Math.max(100, ladder.bytes(10) / (mbit * MBIT)));
    }
  });

  it('is larger also when the viewer was busy, as far as it comes soon in any case', () => {
    const start = startAdaptation(beginning(FINE));
    const bytes = FINE.bytes(start.rung);
    const at = (passedMs: number): Adaptation =>
      adaptedAtStart(start, beginning(FINE, { now: passedMs, link: afterOne(bytes, passedMs, 0, passedMs) }));
    expect(at(60).rung).toBe(0);
    const slow = at(300);
    expect(slow.rung).toBeLessThan(start.rung);
    expect(FINE.bytes(slow.rung)).toBeLessThanOrEqual((500 * bytes) / 300);
    expect(at(490).rung).toBe(start.rung);
  });
});
