import { describe, expect, it } from 'vitest';
import { NO_INTERVALS, noteInterval, stallMs } from '../../../server/src/engine/stall.js';

/** How long a source may be silent whose pictures came at these times, s. */
function patience(times: readonly number[], fps = 0): number {
  let intervals = NO_INTERVALS;
  for (const time of times) intervals = noteInterval(intervals, time * 1000);
  return stallMs(intervals, fps) / 1000;
}

describe('a source may be silent', () => {
  it('for 5 s when its pictures come at any usual rate, seen or announced', () => {
    expect(patience([], 30)).toBe(5);
    expect(patience([0], 30)).toBe(5);
    expect(patience([0, 0.04, 0.08])).toBe(5);
    expect(patience([0, 1, 2], 1)).toBe(5);
  });

  it('for three of its intervals when it is slower', () => {
    expect(patience([0, 7, 14])).toBe(21);
    expect(patience([0], 1 / 8)).toBe(24);
    expect(patience([0, 60])).toBe(180);
  });

  it('for half a minute while nobody knows its interval', () => {
    expect(patience([])).toBe(30);
    expect(patience([0])).toBe(30);
  });

  it('as long as before, soon after a pause', () => {
    expect(patience([0, 1, 5, 6, 7, 8])).toBeLessThan(7);
    expect(patience([0, 1, 5, 6, 7, 8, 9, 10, 11, 12])).toBe(5);
  });
});
