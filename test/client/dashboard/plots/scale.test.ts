import { expect, test } from 'vitest';
import { scaleEnd } from '../../../../client/dashboard/plots/scale.js';

test.each([
  [0, 10, 10],
  [9, 1, 10],
  [10, 1, 10],
  [10.1, 1, 20],
  [29.9, 1, 40],
  [30, 1, 40],
  [61, 1, 80],
  [0.4, 0.1, 0.4],
  [8_200_000, 1, 10_000_000],
])('a scale that holds %d, and %d at least, ends at %d', (most, smallest, end) => {
  expect(scaleEnd(most, smallest)).toBeCloseTo(end);
});
