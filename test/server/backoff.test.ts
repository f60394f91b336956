import { expect, it } from 'vitest';
import { backoffMs } from '../../server/src/backoff.js';

it('waits twice as long after each failure, 10 s at most', () => {
  expect([1, 2, 3, 4, 5, 6, 1000].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
});
