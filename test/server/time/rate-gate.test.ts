import { describe, expect, it } from 'vitest';
import { OPEN_GATE, passGate } from '../../../server/src/time/rate-gate.js';
import { seededRandom } from '../../support/random.js';

/** Capture times of those pictures that pass. */
function passing(times: readonly number[], fps: number): number[] {
  let gate = OPEN_GATE;
  return times.filter(time => {
    const next = passGate(gate, time, fps);
    gate = next ?? gate;
    return next !== undefined;
  });
}

function regular(count: number, fps: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * 1000) / fps);
}

describe('the rate gate', () => {
  it('lets everything pass where no rate is wanted', () => {
    expect(passing(regular(100, 60), Infinity)).toHaveLength(100);
  });

  it('takes two of three for 30 -> 20, and does not fall to 15', () => {
    const times = regular(300, 30);
    expect(passing(times, 20)).toEqual(times.filter((_, i) => i % 3 !== 1));
  });

  it.each([
    [30, 30, 1],
    [30, 60, 1],
    [30, 15, 1 / 2],
    [60, 25, 25 / 60],
    [25, 24, 24 / 25],
    [30, 0.5, 1 / 60],
  ])('takes of %f a second for %f its share', (source, wanted, share) => {
    const count = 1200;
    const passed = passing(regular(count, source), wanted).length;
    expect(Math.abs(passed - count * share)).toBeLessThanOrEqual(1);
  });

  it('swallows a jitter of a quarter of the interval from end to end', () => {
    const random = seededRandom(1);
    const times = regular(600, 30).map(time => time + (random() - 0.5) * 8);
    expect(passing(times, 30)).toHaveLength(600);
  });

  it('starts anew after a pause, without making up for it', () => {
    const times = [...regular(30, 30), ...regular(30, 30).map(time => time + 60_000)];
    const passed = passing(times, 10);
    expect(passed.filter(time => time < 60_000)).toHaveLength(10);
    expect(passed.filter(time => time >= 60_000)).toHaveLength(10);
    expect(passed).toContain(60_000);
  });

  it('never lets more pass than the rate and one picture, and never starves', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round += 1) {
      const fps = 0.5 + random() * 60;
      const interval = 1000 / fps;
      const times: number[] = [];
      let longestGap = 0;
      for (let time = 0, i = 0; i < 500; i += 1) {
        // Regular, bursts and holes.
        const gap = random() < 0.02 ? random() * 10 * interval : random() * 50;
        time += gap;
        longestGap = Math.max(longestGap, gap);
        times.push(time);
      }
      const passed = passing(times, fps);
      const [first = 0] = passed;
      // One for the start of the count, and the quarter of tolerance.
      const most = (time: number) => (time - first) / interval + 1.25 + 1e-6;
      expect(passed.filter((time, i) => i + 1 > most(time))).toEqual([]);
      const starved = passed.filter((time, i) => time - (passed[i - 1] ?? first) > interval + longestGap + 1e-6);
      expect(starved).toEqual([]);
      expect(first).toBe(times[0]);
    }
  });

  it('follows a higher rate at once, however long the lower one would still have waited', () => {
    const slow = passGate(OPEN_GATE, 1000, 0.1) ?? OPEN_GATE;
    expect(passGate(slow, 1010, 30)).toBeUndefined();
    expect(passGate(slow, 1034, 30)).toBeDefined();
    // As two viewers of one rendition who are ready in turns ask for it.
    expect(passGate(slow, 1034, 0.1)).toBeUndefined();
  });

  it('follows a lower rate from the picture that passed last', () => {
    const fast = passGate(OPEN_GATE, 1000, 30) ?? OPEN_GATE;
    expect(passGate(fast, 1370, 2)).toBeUndefined();
    expect(passGate(fast, 1500, 2)).toBeDefined();
  });
});
