import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../server/src/time/backoff.js';

describe('the back-off', () => {
  it('waits twice as long after each failure, 10 s at most', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 1100 }, () => backoff.failed(0));
    expect(waits.slice(0, 6)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(waits.at(-1)).toBe(10_000);
  });

  it('waits no longer than it was told', () => {
    const backoff = new Backoff(2000);
    expect([1, 2, 3].map(() => backoff.failed(0))).toEqual([1000, 2000, 2000]);
  });

  it('goes on over a moment in which it works, and starts anew after 10 s of that', () => {
    const backoff = new Backoff();
    backoff.failed(0);
    backoff.worked(1000);
    expect(backoff.failed(10_999)).toBe(2000);
    backoff.worked(20_000);
    backoff.worked(29_000);
    expect(backoff.failed(30_000)).toBe(1000);
    expect(backoff.failed(30_000)).toBe(2000);
  });

  it('remembers nothing once it is reset', () => {
    const backoff = new Backoff();
    backoff.failed(0);
    backoff.worked(0);
    expect(backoff.hasFailed).toBe(true);
    backoff.reset();
    expect(backoff.hasFailed).toBe(false);
    backoff.failed(20_000);
    expect(backoff.failed(20_000)).toBe(2000);
  });
});
