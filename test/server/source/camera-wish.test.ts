import { expect, it } from 'vitest';
import { isTooSlow } from '../../../server/src/source/camera-wish.js';

it.each([
  [30, 30, false],
  [29.97, 30, false],
  [28.5, 30, false],
  [28.4, 30, true],
  [60, 30, false],
  [0, 30, false],
])('a camera that announces %d for %d frames a second is too slow: %s', (fps, wanted, isSlow) => {
  expect(isTooSlow(fps, wanted)).toBe(isSlow);
});
