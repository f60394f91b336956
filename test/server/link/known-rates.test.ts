import { describe, expect, it } from 'vitest';
import { KnownRates } from '../../../server/src/link/known-rates.js';

const FAST = { rate: 10_000, rttMs: 1 };
const SLOW = { rate: 100, rttMs: 40 };
const HERE = '192.0.2.7';

describe('the rates of paths to recent viewers', () => {
  it('are known by their address, for ten minutes', () => {
    const rates = new KnownRates();
    rates.learn(HERE, FAST, 0);
    expect(rates.recall(HERE, 2, 1000)).toBe(10_000);
    expect(rates.recall('192.0.2.8', 2, 1000)).toBeUndefined();
    expect(rates.recall(HERE, 2, 600_001)).toBeUndefined();
  });

  it('hold for no path that is much longer or shorter, or of which nobody knows how long it is', () => {
    const rates = new KnownRates();
    rates.learn(HERE, FAST, 0);
    expect(rates.recall(HERE, 7, 0)).toBe(10_000);
    expect(rates.recall(HERE, 40, 0)).toBeUndefined();
    expect(rates.recall(HERE, undefined, 0)).toBeUndefined();
    rates.learn(HERE, SLOW, 1);
    expect(rates.recall(HERE, 1, 1)).toBeUndefined();
  });

  it('are those of the slowest of several at the same time, and the newest afterwards', () => {
    const rates = new KnownRates();
    rates.learn(HERE, { ...FAST, rate: 500 }, 0);
    rates.learn(HERE, FAST, 4999);
    expect(rates.recall(HERE, 1, 4999)).toBe(500);
    rates.learn(HERE, FAST, 5000);
    expect(rates.recall(HERE, 1, 5000)).toBe(10_000);
    rates.learn(HERE, { ...FAST, rate: 200 }, 5001);
    expect(rates.recall(HERE, 1, 5001)).toBe(200);
  });

  it('are kept for so many addresses, the last heard of', () => {
    const rates = new KnownRates();
    for (let i = 0; i <= 512; i += 1) {
      rates.learn(`${i}`, FAST, i);
      if (i === 500) rates.learn('0', FAST, i);
    }
    expect(rates.recall('0', 1, 512)).toBe(10_000);
    expect(rates.recall('1', 1, 512)).toBeUndefined();
    expect(rates.recall('2', 1, 512)).toBe(10_000);
  });

  it('are one connection’s to recall and to learn', () => {
    const rates = new KnownRates();
    const memory = rates.of(
      HERE,
      () => 1,
      () => 5,
    );
    expect(memory.recall()).toBeUndefined();
    memory.learn(FAST);
    expect(memory.recall()).toBe(10_000);
  });
});
