import { describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../../client/src/latency/sliding-window.js';

describe('SlidingWindow', () => {
  it('takes percentiles by nearest rank', () => {
    const window = new SlidingWindow(5000);
    const values = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
    values.forEach((value, i) => window.add(value, i));
    expect(window.percentiles(100)).toEqual({ p50: 50, p95: 95 });
  });

  it('has the one value of a single entry at every percentile, and none when empty', () => {
    const window = new SlidingWindow(5000);
    expect(window.percentiles(0)).toBeUndefined();
    window.add(7, 0);
    expect(window.percentiles(0)).toEqual({ p50: 7, p95: 7 });
  });

  it('forgets what is older than the window', () => {
    const window = new SlidingWindow(1000);
    window.add(1, 0);
    window.add(2, 999);
    expect(window.percentiles(999)).toEqual({ p50: 1, p95: 2 });
    expect(window.percentiles(1000)).toEqual({ p50: 2, p95: 2 });
    expect(window.percentiles(1999)).toBeUndefined();
  });

  it('counts a second over the whole window, or over the time since the start', () => {
    const window = new SlidingWindow(2000);
    for (let at = 0; at < 500; at += 50) window.add(1, at);
    expect(window.perSecond(500, 0)).toBe(20);
    expect(window.perSecond(2000, -10_000)).toBe(4.5);
    expect(window.perSecond(5000, 0)).toBe(0);
  });

  it('leaves out what was before the start, so that no rate leaps up after a short pause', () => {
    const window = new SlidingWindow(2000);
    for (let at = 0; at < 1000; at += 50) window.add(1, at);
    for (let at = 1500; at < 1700; at += 50) window.add(1, at);
    expect(window.perSecond(1700, 1500)).toBe(20);
  });

  it('does not divide by no time at all', () => {
    const window = new SlidingWindow(2000);
    window.add(1, 10);
    expect(window.perSecond(10, 10)).toBe(0);
  });
});
