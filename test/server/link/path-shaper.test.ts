import { describe, expect, it } from 'vitest';
import {
  drainedRate,
  isDoubtful,
  isMeasured,
  isSuspected,
  NO_SHAPER,
  passed,
  type PathShaper,
} from '../../../server/src/link/path-shaper.js';

/** What frames pass at while the bucket lets them, and what the link carries, bytes per ms. */
const WIRE = 12_500;
const LINK = 250;

interface Frames {
  readonly from: number;
  readonly frames: number;
  readonly isSlow: boolean;
}

/** Frames in time, or late ones, every 33 ms. A late one comes whole, so by itself it passes at the speed of the wire. */
function watch(shaper: PathShaper, { from, frames, isSlow }: Frames): PathShaper {
  let state = shaper;
  for (let frame = 0; frame < frames; frame += 1) {
    const now = from + frame * 33;
    const slowRate = isSlow ? WIRE : undefined;
    const total = now * LINK;
    state = passed(state, {
      slowRate,
      delayMs: 20,
      arrivedAt: now,
      total,
      measured: isSlow ? LINK : WIRE,
      arrives: 0,
      now,
    });
  }
  return state;
}

const slow = (from: number, frames = 3) => ({ from, frames, isSlow: true });
const fast = (from: number, frames = 10) => ({ from, frames, isSlow: false });

describe('a shaper in the path', () => {
  it('is not suspected where frames always pass fast, or always slowly', () => {
    expect(isSuspected(watch(NO_SHAPER, fast(0, 300)), 10_000)).toBe(false);
    expect(isSuspected(watch(NO_SHAPER, slow(0, 300)), 10_000)).toBe(false);
  });

  it('is suspected once frames passed fast soon after slow ones, and not known: a link that changed looks the same', () => {
    const once = watch(watch(NO_SHAPER, slow(0)), fast(100));
    expect(isSuspected(once, 500)).toBe(true);
    expect(once.rate).toBeUndefined();
    expect(isSuspected(once, 61_000)).toBe(false);
  });

  it('is known when that has happened again, with what came between the late frames', () => {
    const twice = [slow(0), fast(100), slow(3000), fast(3100)].reduce(watch, NO_SHAPER);
    expect(twice.rate).toBeGreaterThanOrEqual(LINK);
    expect(twice.rate).toBeLessThan(1.2 * LINK);
    expect(drainedRate(twice, 3500)).toBeCloseTo(LINK, 5);
    expect(drainedRate(twice, 30_000)).toBeUndefined();
  });

  it('is suspected as soon as frames pass faster than late ones did, until that is long ago', () => {
    const once = watch(NO_SHAPER, slow(0));
    expect(isDoubtful(once, LINK, 500)).toBe(false);
    expect(isDoubtful(once, WIRE, 500)).toBe(true);
    expect(isDoubtful(once, WIRE, 20_000)).toBe(false);
  });

  it('is not measured by late frames that one busy moment of the viewer let through together', () => {
    const late = (shaper: PathShaper, now: number, total: number): PathShaper =>
      passed(shaper, { slowRate: WIRE, delayMs: 20, arrivedAt: now, total, measured: WIRE, arrives: 0, now });
    const together = late(late(NO_SHAPER, 1000, 20_000), 1001, 40_000);
    expect(drainedRate(together, 1001)).toBeUndefined();
    expect(drainedRate(late(together, 1080, 60_000), 1080)).toBeCloseTo(40_000 / 80, 5);
  });

  it('is not taken for one when single frames are held up', () => {
    expect(isSuspected([slow(0, 1), fast(100), slow(3000, 1), fast(3100)].reduce(watch, NO_SHAPER), 4000)).toBe(false);
  });

  const KNOWN = [slow(0), fast(100), slow(3000), fast(3100)].reduce(watch, NO_SHAPER);
  const LATER = {
    slowRate: undefined,
    delayMs: 0,
    arrivedAt: 3500,
    total: 3500 * LINK,
    measured: WIRE,
    arrives: 0,
    now: 3500,
  };

  it('carries no less than what arrives, and then nobody knows how much', () => {
    expect(isMeasured(KNOWN)).toBe(true);
    const more = passed(KNOWN, { ...LATER, arrives: 900 });
    expect(more.rate).toBe(900);
    expect(isMeasured(more)).toBe(false);
  });

  it('is not measured by a single late frame, which may be a standstill', () => {
    expect(passed(KNOWN, { ...LATER, slowRate: 100 }).rate).toBe(KNOWN.rate);
  });
});
