import { describe, expect, it } from 'vitest';
import { captureTime } from '../../../server/src/source/capture-time.js';

describe('the time of capture', () => {
  it.each([
    ['is the stamp of the device', 9990, 9990],
    ['is now without a stamp', undefined, 10_000],
    ['is now when the stamp is of another clock: ahead', 10_001, 10_000],
    ['is now when the stamp is of another clock: long ago', 8999, 10_000],
    ['is now when the stamp is no number', Number.NaN, 10_000],
    ['is now when the backend gives 0 for a stamp that it does not know', 0, 10_000],
  ])('%s', (_, stamp, time) => {
    expect(captureTime(stamp, 10_000)).toBe(time);
  });
});
