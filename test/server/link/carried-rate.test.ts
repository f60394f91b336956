import { describe, expect, it } from 'vitest';
import { arrived, NO_ARRIVALS } from '../../../server/src/link/arrivals.js';
import { carriedRate, isBelieved } from '../../../server/src/link/carried-rate.js';
import { UNKNOWN_LINK, type Link } from '../../../server/src/link/congestion.js';
import { NO_SHAPER } from '../../../server/src/link/path-shaper.js';

/** Frames that pass at so many bytes per ms, of which so many arrive, for 10 s. */
function linkOf(rate: number, arrives: number): Link {
  let arrivals = NO_ARRIVALS;
  for (let now = 0; now <= 10_000; now += 40) arrivals = arrived(arrivals, { bytes: 40 * arrives, now }, now - 40);
  return { ...UNKNOWN_LINK, rate, arrivals, at: 10_000 };
}

describe('what a viewer is told that its link carries', () => {
  it('is nothing before anything is known', () => {
    expect(carriedRate(UNKNOWN_LINK)).toBeUndefined();
  });

  it('is what frames pass at where nearly as much arrives', () => {
    expect(carriedRate(linkOf(600, 500))).toBe(600);
  });

  it.each([500, 600, 750, 840])('is within 30 %% of all that it may be: 500 arrive, frames pass at %d', rate => {
    const told = carriedRate(linkOf(rate, 500)) ?? NaN;
    for (const truth of [500, rate]) expect(Math.abs(told / truth - 1)).toBeLessThan(0.301);
  });

  it('is nothing where frames pass much faster: that may be a token bucket', () => {
    expect(carriedRate(linkOf(12_500, 500))).toBeUndefined();
  });

  describe('behind a token bucket', () => {
    const drained = { rate: 600, at: 9000 };
    const behind = (rate: number): Link => ({ ...linkOf(rate, 400), shaper: { ...NO_SHAPER, rate, drained } });

    it('is what it let through when it was drained', () => {
      expect(carriedRate(behind(660))).toBe(600);
      expect(isBelieved(behind(660))).toBe(true);
    });

    it('is nothing once more has arrived than that', () => {
      expect(carriedRate(behind(1200))).toBeUndefined();
      expect(isBelieved(behind(1200))).toBe(false);
    });
  });
});
