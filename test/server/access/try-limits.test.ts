import { describe, expect, it } from 'vitest';
import { TryLimits } from '../../../server/src/access/try-limits.js';

const S = 1000;

/** Fails `count` times at once. @returns the last wait, s. */
function fail(limits: TryLimits, count: number, now: number, address = '192.0.2.1'): number {
  let waitMs = 0;
  for (let i = 0; i < count; i += 1) waitMs = limits.failed(address, now);
  return waitMs / S;
}

describe('wrong tokens', () => {
  it('ten are free, then each wait is twice the one before, up to a minute', () => {
    const limits = new TryLimits();
    let now = 0;
    expect(fail(limits, 10, now)).toBe(0);
    const waits = Array.from({ length: 9 }, () => {
      const wait = fail(limits, 1, now);
      now += wait * S;
      return wait;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('what comes while an address waits makes the wait no longer', () => {
    const limits = new TryLimits();
    fail(limits, 11, 0);
    expect(fail(limits, 1000, 0.25 * S)).toBe(0.75);
    expect(fail(limits, 1, 1 * S)).toBe(2);
  });

  it('a minute later ten are free again, and the waits begin anew', () => {
    const limits = new TryLimits();
    expect(fail(limits, 11, 0)).toBe(1);
    expect(fail(limits, 10, 61 * S)).toBe(0);
    expect(fail(limits, 1, 61 * S)).toBe(1);
  });

  it('one every six seconds never waits: a screen whose token was changed asks so', () => {
    const limits = new TryLimits();
    for (let now = 0; now < 3600 * S; now += 6 * S) expect(limits.failed('192.0.2.1', now)).toBe(0);
  });

  it('one address does not wait for another', () => {
    const limits = new TryLimits();
    expect(fail(limits, 20, 0)).toBeGreaterThan(0);
    expect(fail(limits, 10, 0, '192.0.2.2')).toBe(0);
  });

  it('remembers 4096 addresses, and forgets the one that was quiet for longest', () => {
    const limits = new TryLimits();
    fail(limits, 11, 0, 'first');
    for (let i = 0; i < 4095; i += 1) limits.failed(`${i}`, 0);
    expect(limits.size).toBe(4096);
    expect(fail(limits, 1, 0, 'first')).toBe(1);
    for (let i = 4095; i < 10_000; i += 1) limits.failed(`${i}`, 0);
    expect(limits.size).toBe(4096);
    expect(fail(limits, 1, 0, 'first')).toBe(0);
  });
});
