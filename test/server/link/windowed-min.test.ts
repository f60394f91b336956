import { describe, expect, it } from 'vitest';
import { minOf, minWith, NO_MIN } from '../../../server/src/link/windowed-min.js';
import { seededRandom } from '../../support/random.js';

describe('the smallest value of the last while', () => {
  it('is Infinity before there is one', () => {
    expect(minOf(NO_MIN)).toBe(Infinity);
  });

  it('is never larger than the smallest of half the window, nor smaller than that of the whole', () => {
    const random = seededRandom(3);
    const all: { at: number; value: number }[] = [];
    let min = NO_MIN;
    for (let at = 0; at < 5000; at += 1 + Math.floor(random() * 30)) {
      const value = random();
      all.push({ at, value });
      min = minWith(min, value, at, 1000);
      const within = (ms: number) => Math.min(...all.filter(seen => at - seen.at < ms).map(seen => seen.value));
      expect(minOf(min)).toBeLessThanOrEqual(within(500));
      expect(minOf(min)).toBeGreaterThanOrEqual(within(1100));
    }
  });
});
