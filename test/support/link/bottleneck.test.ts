import { describe, expect, it } from 'vitest';
import { Bottleneck, type BottleneckOptions } from './bottleneck.js';
import { seededRandom } from '../random.js';

const FIVE_MBIT = { rate: 5e6, burst: 0, queueBytes: 250_000, delayMs: 20, jitterMs: 0, glueMs: 0 };

const place = (options: Partial<BottleneckOptions> = {}, seed = 1) =>
  new Bottleneck<number>({ ...FIVE_MBIT, ...options }, seededRandom(seed));

/** When each item arrived, to the millisecond. */
function arrivals(
  link: Bottleneck<number>,
  untilMs: number,
  at: (now: number) => void = () => {},
): Map<number, number> {
  const seen = new Map<number, number>();
  for (let now = 0; now <= untilMs; now += 1) {
    at(now);
    for (const item of link.drain(now)) seen.set(item, now);
  }
  return seen;
}

describe('a narrow place', () => {
  it('passes what its rate allows, to the byte, over ten seconds', () => {
    const link = place();
    let offered = 0;
    const seen = arrivals(link, 10_020, now => {
      while (link.hasRoom) link.offer((offered += 1), 1250, now);
    });
    expect(seen.size).toBe(5000);
  });

  it('has room for its queue and no more', () => {
    const link = place({ queueBytes: 5000 });
    let offered = 0;
    while (link.hasRoom) link.offer((offered += 1), 1000, 0);
    expect(offered).toBe(5);
    link.drain(1.6);
    expect(link.hasRoom).toBe(true);
  });

  it('delays each by its own time, and by all that were before it, whoever sent them', () => {
    const link = place();
    link.offer(1, 6250, 0);
    link.offer(2, 6250, 0);
    link.offer(3, 6250, 100);
    expect([...arrivals(link, 200)]).toEqual([
      [1, 30],
      [2, 40],
      [3, 130],
    ]);
    expect(link.isEmpty).toBe(true);
  });

  it('lets the burst of a full token bucket pass at once, the rest at its rate, and fills again', () => {
    const link = place({ burst: 12_500 });
    for (const [item, at] of [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 15],
      [5, 100],
    ] as const) {
      link.offer(item, 6250, at);
    }
    expect([...arrivals(link, 200)]).toEqual([
      [1, 20],
      [2, 20],
      [3, 30],
      [4, 40],
      [5, 120],
    ]);
  });

  it('passes at another rate what it had not begun when that changed', () => {
    const link = place();
    link.offer(1, 6250, 0);
    link.offer(2, 6250, 0);
    const seen = arrivals(link, 300, now => {
      if (now === 11) link.set({ rate: 500_000 });
    });
    expect([...seen.values()]).toEqual([30, 130]);
  });

  it('passes nothing while it is paused, and the rest in order afterwards', () => {
    const link = place();
    for (const item of [1, 2, 3]) link.offer(item, 6250, 0);
    const seen = arrivals(link, 700, now => {
      if (now === 16) link.pause();
      if (now === 516) link.resume(now);
    });
    expect([...seen.keys()]).toEqual([1, 2, 3]);
    expect(Math.min(...seen.values())).toBe(516);
    expect(Math.max(...seen.values())).toBe(556);
  });

  it('jitters by its seed, and keeps the order', () => {
    const jittered = (seed: number) => {
      const link = place({ jitterMs: 10 }, seed);
      for (let item = 0; item < 50; item += 1) link.offer(item, 625, 0);
      return [...arrivals(link, 300)];
    };
    expect(jittered(3)).toEqual(jittered(3));
    expect(jittered(3)).not.toEqual(jittered(4));
    expect(jittered(3).map(([item]) => item)).toEqual(Array.from({ length: 50 }, (_, item) => item));
  });

  it('lets glued bytes out together', () => {
    const link = place({ glueMs: 25 });
    for (const item of [1, 2, 3]) link.offer(item, 3125, 0);
    expect([...arrivals(link, 300).values()]).toEqual([25, 50, 50]);
  });
});
