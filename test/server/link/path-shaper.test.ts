import { describe, expect, it } from 'vitest';
import { isMeasured, isSuspected, NO_SHAPER, passed, type PathShaper } from '../../../server/src/link/path-shaper.js';

/** What frames pass at while the bucket lets them, and what the link carries, bytes per ms. */
const WIRE = 12_500;
const LINK = 250;

interface Frames {
  readonly from: number;
  readonly frames: number;
  readonly isSlow: boolean;
}

/** Frames in time, or late ones, every 33 ms. */
function watch(shaper: PathShaper, { from, frames, isSlow }: Frames): PathShaper {
  let state = shaper;
  for (let frame = 0; frame < frames; frame += 1) {
    const now = from + frame * 33;
    const slowRate = isSlow ? LINK : undefined;
    state = passed(state, { slowRate, arrivedAt: now, total: 0, measured: isSlow ? LINK : WIRE, arrives: 0, now });
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

  it('is known when that has happened again, with what the late frames passed at', () => {
    const twice = [slow(0), fast(100), slow(3000), fast(3100)].reduce(watch, NO_SHAPER);
    expect(twice.rate).toBe(LINK);
  });

  it('is not taken for one when single frames are held up', () => {
    expect(isSuspected([slow(0, 1), fast(100), slow(3000, 1), fast(3100)].reduce(watch, NO_SHAPER), 4000)).toBe(false);
  });

  const KNOWN = [slow(0), fast(100), slow(3000), fast(3100)].reduce(watch, NO_SHAPER);
  const LATER = { slowRate: undefined, arrivedAt: 3500, total: 0, measured: WIRE, arrives: 0, now: 3500 };

  it('carries no less than what arrives, and then nobody knows how much', () => {
    expect(isMeasured(KNOWN)).toBe(true);
    const more = passed(KNOWN, { ...LATER, arrives: 900 });
    expect(more.rate).toBe(900);
    expect(isMeasured(more)).toBe(false);
  });

  it('is not measured by a single late frame, which may be a standstill', () => {
    expect(passed(KNOWN, { ...LATER, slowRate: 100 }).rate).toBe(LINK);
  });
});
