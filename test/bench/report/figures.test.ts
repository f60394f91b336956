import { describe, expect, it } from 'vitest';
import { furtherFrameUs, furtherViewerKb, growth, median, percentile } from './figures.js';

const few = { viewers: 1, fps: 30, serverCores: 0.15, servingCores: 0.05, ownMemoryBytes: 80_000_000 };
const many = { viewers: 201, fps: 25, serverCores: 0.4, servingCores: 0.2, ownMemoryBytes: 90_000_000 };

describe('the figures', () => {
  it('take percentiles by nearest rank', () => {
    const ages = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect([percentile(ages, 50), percentile(ages, 99), percentile(ages, 0)]).toEqual([5, 10, 1]);
    expect(percentile([], 50)).toBeNaN();
  });

  it('take the median of an even number of values between the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });

  it('charge a further viewer with what the many cost more than the few', () => {
    // 0.25 cores for 200 viewers of 25 frames a second.
    expect(furtherFrameUs(few, many)).toBeCloseTo(50);
    expect(furtherFrameUs(few, many, 'servingCores')).toBeCloseTo(30);
    expect(furtherViewerKb(few, many)).toBeCloseTo(50);
  });

  it('see memory grow from the second quarter to the last, not while caches fill', () => {
    expect(growth([10, 50, 100, 130, 100, 100, 110, 110])).toBeCloseTo(0.1);
    expect(growth([10, 50, 100, 140, 98, 100, 170, 99])).toBeCloseTo(-0.01);
  });
});
