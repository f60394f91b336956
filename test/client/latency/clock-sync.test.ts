import { describe, expect, it } from 'vitest';
import { ClockSync } from '../../../client/src/latency/clock-sync.js';
import { seededRandom } from '../../support/random.js';

type Recorded = readonly [sentAt: number, serverReceivedAt: number, serverSentAt: number, receivedAt: number];

/**
 * Recorded on a link of 5 Mbit/s that was full of 720p frames, with server and viewer on one machine, so that the true
 * offset is known: the pings come through at once, the pongs wait behind frames.
 */
const LOADED_LINK: readonly Recorded[] = [
  [300.24, 302.341, 302.57, 361.636],
  [351.489, 352.512, 352.539, 408.375],
  [408.639, 409.734, 409.757, 447.213],
  [453.229, 465.52, 465.541, 491.514],
  [502.854, 506.096, 506.12, 568.691],
  [1201.72, 1202.427, 1202.477, 1261.185],
  [1917.019, 1944.276, 1944.345, 1944.414],
  [2605.838, 2606.568, 2606.6, 2635.092],
  [3302.12, 3303.344, 3303.405, 3349.863],
  [4007.115, 4007.757, 4007.784, 4007.846],
  [4701.471, 4702.849, 4702.883, 4766.519],
  [5401.597, 5402.151, 5402.197, 5460.76],
  [6101.704, 6102.361, 6102.43, 6108.823],
];
const LOADED_LINK_OFFSET_MS = 0.343;

function answer(clock: ClockSync, [sentAt, serverReceivedAt, serverSentAt, receivedAt]: Recorded): boolean {
  clock.pinged(sentAt);
  return clock.answered({ sentAt, serverReceivedAt, serverSentAt }, receivedAt);
}

/** One exchange with a server whose clock is `offsetMs` ahead. */
function exchange(clock: ClockSync, at: number, offsetMs: number, [upMs, downMs]: [number, number]): boolean {
  const serverAt = at + upMs + offsetMs;
  return answer(clock, [at, serverAt, serverAt + 0.1, at + upMs + 0.1 + downMs]);
}

describe('ClockSync', () => {
  it('knows nothing before the first answer', () => {
    const clock = new ClockSync();
    expect(clock.offsetMs).toBeUndefined();
    expect(clock.rttMs).toBeUndefined();
    expect(clock.since(1000, 1000)).toBeUndefined();
  });

  it('asks five times quickly, then every five seconds', () => {
    const clock = new ClockSync();
    const waits = [1, 2, 3, 4, 5, 6].map(now => clock.pinged(now));
    expect(waits).toEqual([50, 50, 50, 50, 5000, 5000]);
  });

  it('is never further off than half the smallest round trip on a full link', () => {
    const clock = new ClockSync();
    for (const sample of LOADED_LINK) {
      answer(clock, sample);
      const error = Math.abs((clock.offsetMs ?? NaN) - LOADED_LINK_OFFSET_MS);
      expect(error).toBeLessThanOrEqual((clock.rttMs ?? NaN) / 2);
    }
  });

  it('takes the quick ping of one sample and the quick pong of another', () => {
    const clock = new ClockSync();
    // Of these the smallest round trip alone is 13 ms off.
    LOADED_LINK.slice(0, 7).forEach(sample => answer(clock, sample));
    expect(clock.rttMs).toBeCloseTo(27.3, 0);
    expect(Math.abs((clock.offsetMs ?? NaN) - LOADED_LINK_OFFSET_MS)).toBeLessThan(0.3);
  });

  it('tells the age of what was stamped on the server', () => {
    const clock = new ClockSync();
    exchange(clock, 100, 5_000_000, [1, 1]);
    expect(clock.since(5_000_150, 175)).toBeCloseTo(25, 6);
  });

  it('follows clocks that drift apart by 50 ppm for an hour', () => {
    const clock = new ClockSync();
    const random = seededRandom(1);
    const wait = (): number => 0.5 + random() * 8;
    for (let at = 0; at < 3_600_000; at += 5000) {
      const offsetMs = 1e6 + at * 50e-6;
      exchange(clock, at, offsetMs, [wait(), wait()]);
      if (at < 60_000) continue;
      expect(Math.abs((clock.offsetMs ?? NaN) - offsetMs)).toBeLessThan(4);
    }
  });

  it('starts anew when a clock was set', () => {
    const clock = new ClockSync();
    for (let at = 0; at < 50_000; at += 5000) exchange(clock, at, 1000, [1, 1]);
    exchange(clock, 50_000, 91_000, [4, 4]);
    expect(clock.offsetMs).toBeCloseTo(91_000, 6);
    expect(clock.rttMs).toBeCloseTo(8, 6);
  });

  it('bears times that the browser has rounded to a millisecond', () => {
    const clock = new ClockSync();
    for (let at = 0; at < 300_000; at += 4999.7) {
      const [sentAt, serverAt, receivedAt] = [Math.floor(at), at + 0.2 + 777.3, Math.floor(at + 0.4)];
      answer(clock, [sentAt, serverAt, serverAt, receivedAt]);
      expect(Math.abs((clock.offsetMs ?? NaN) - 777.3)).toBeLessThan(1.5);
    }
  });

  it('forgets samples after a minute', () => {
    const clock = new ClockSync();
    exchange(clock, 0, 0, [0.1, 0.1]);
    exchange(clock, 61_000, 0, [10, 10]);
    expect(clock.rttMs).toBeCloseTo(20, 6);
  });

  it('leaves out an answer that nobody asked for, a second one, and one that cannot be', () => {
    const clock = new ClockSync();
    expect(clock.answered({ sentAt: 1, serverReceivedAt: 2, serverSentAt: 3 }, 4)).toBe(false);
    clock.pinged(10);
    const pong = { sentAt: 10, serverReceivedAt: 500, serverSentAt: 501 };
    expect(clock.answered(pong, 20)).toBe(true);
    expect(clock.answered(pong, 20)).toBe(false);
    clock.pinged(30);
    expect(clock.answered({ sentAt: 30, serverReceivedAt: 500, serverSentAt: 600 }, 40)).toBe(false);
    clock.pinged(50);
    expect(clock.answered({ sentAt: 50, serverReceivedAt: 501, serverSentAt: 500 }, 60)).toBe(false);
    expect(clock.offsetMs).toBeCloseTo(485.5, 6);
  });
});
