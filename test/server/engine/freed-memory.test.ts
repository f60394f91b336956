import { expect, it } from 'vitest';
import { FreedMemory } from '../../../server/src/engine/freed-memory.js';
import { VirtualClock } from '../../simulate/virtual-clock.js';

it('goes back to the system soon after the first encoder is gone, once for all that went meanwhile', () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  const memory = new FreedMemory(() => times.push(clock.now()), clock);
  clock.runUntil(60_000);
  expect(times).toEqual([]);
  for (let at = 60_000; at < 70_000; at += 10) {
    clock.runUntil(at);
    memory.freed();
  }
  clock.runUntil(200_000);
  expect(times).toHaveLength(3);
  expect(times[0]).toBeLessThan(66_000);
  expect(times.at(-1)).toBeLessThan(76_000);
});
