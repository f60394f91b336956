import { describe, expect, it } from 'vitest';
import { arrived, NO_ARRIVALS, recentRate, sustainedRate, type Arrivals } from '../../../server/src/link/arrivals.js';

/** A frame of so many bytes every 33 ms. */
function series(before: Arrivals, bytes: number, from: number, ms: number): Arrivals {
  let arrivals = before;
  for (let now = from; now < from + ms; now += 33) arrivals = arrived(arrivals, { bytes, now }, now - 33);
  return arrivals;
}

describe('what has arrived', () => {
  it('is not known as a rate at first, and then in a moment sooner than in a while', () => {
    const early = series(NO_ARRIVALS, 3300, 0, 1000);
    expect(recentRate(early, 1000)).toBeGreaterThan(90);
    expect(recentRate(early, 1000)).toBeLessThan(115);
    expect(sustainedRate(early, 1000)).toBe(0);
    expect(sustainedRate(series(early, 3300, 1000, 3000), 4000)).toBeCloseTo(100, -1);
  });

  it('follows a change within 0.6 s, and of a while within 3 s', () => {
    const before = series(NO_ARRIVALS, 3300, 0, 5000);
    const after = series(before, 33_000, 5000, 650);
    expect(recentRate(after, 5650)).toBeGreaterThan(900);
    expect(sustainedRate(after, 5650)).toBeLessThan(600);
    expect(sustainedRate(series(after, 33_000, 5650, 2600), 8250)).toBeCloseTo(1000, -2);
  });

  it('says nothing of the moment after a standstill', () => {
    const before = series(NO_ARRIVALS, 3300, 0, 5000);
    expect(recentRate(arrived(before, { bytes: 3300, now: 9000 }, 5000), 9000)).toBe(0);
  });
});
