import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../client/src/connection/backoff.js';

describe('retryDelayMs', () => {
  it('doubles from half a second to ten seconds', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 1000].map(failures => retryDelayMs(failures, 1));
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('leaves the upper half to chance', () => {
    expect(retryDelayMs(3, 0)).toBe(1000);
    expect(retryDelayMs(3, 0.5)).toBe(1500);
  });
});
