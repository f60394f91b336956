import { describe, expect, test } from 'vitest';
import { History, HISTORY_MS, type Sample } from '../../../../client/dashboard/plots/history.js';

const sample = (p50: number): Sample => ({
  latencyP50Ms: p50,
  latencyP95Ms: 2 * p50,
  fps: 30,
  bps: 1e6,
  queueMs: 1,
  linkBps: 5e6,
});

describe('the history of the last minute', () => {
  test('gives columns of equal length, with times in seconds before now', () => {
    const history = new History();
    history.push(sample(10), 5000);
    history.push(sample(11), 6000);
    expect(history.columns(6500)).toEqual({
      at: [-1.5, -0.5],
      latencyP50Ms: [10, 11],
      latencyP95Ms: [20, 22],
      fps: [30, 30],
      bps: [1e6, 1e6],
      queueMs: [1, 1],
      linkBps: [5e6, 5e6],
    });
  });

  test('forgets what is older than a minute, also when nothing new comes', () => {
    const history = new History();
    for (let second = 0; second < 200; second++) history.push(sample(second), second * 1000);
    expect(history.columns(199_000).latencyP50Ms).toHaveLength(HISTORY_MS / 1000 + 1);
    expect(history.columns(199_000).latencyP50Ms[0]).toBe(139);
    expect(history.columns(250_000).latencyP50Ms[0]).toBe(190);
    expect(history.columns(300_000).at).toEqual([]);
  });

  test('breaks the line where samples are missing', () => {
    const history = new History();
    history.push(sample(10), 0);
    history.push(sample(11), 1000);
    history.push(sample(12), 9000);
    expect(history.columns(9000).latencyP50Ms).toEqual([10, 11, null, 12]);
    expect(history.columns(9000).at).toEqual([-9, -8, -7.999, 0]);
  });

  test('is empty after clear', () => {
    const history = new History();
    history.push(sample(10), 0);
    history.clear();
    expect(history.columns(0).at).toEqual([]);
  });
});
