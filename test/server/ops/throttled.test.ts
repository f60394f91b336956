import { afterEach, expect, it, vi } from 'vitest';

const clock = vi.hoisted(() => ({ now: 0 }));
vi.mock('../../../server/src/time/monotonic.js', () => ({ monotonicMs: () => clock.now }));

afterEach(() => {
  clock.now = 0;
});

it('tells the first, and one in 10 s of those that follow', async () => {
  const { throttled } = await import('../../../server/src/ops/throttled.js');
  const told: number[] = [];
  const tell = throttled((at: number) => told.push(at));
  for (clock.now = 0; clock.now <= 25_000; clock.now += 100) tell(clock.now);
  expect(told).toEqual([0, 10_000, 20_000]);
});
