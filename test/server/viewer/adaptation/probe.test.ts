import { describe, expect, it } from 'vitest';
import { UNKNOWN_LINK } from '../../../../server/src/link/congestion.js';
import { probed, startProbe, type Probe } from '../../../../server/src/viewer/adaptation/probe.js';

const ALLOWANCE_MS = 30;
const INTERVAL_MS = 33;
const BASE = 8000;
const GOAL = 54_000;

/** A path that lets a burst through at once, and the rest at its rate (bytes per ms). */
interface Path {
  readonly burst: number;
  readonly rate: number;
}

interface Ended {
  readonly result: 'carried' | 'late';
  readonly ms: number;
  /** What the padded frames had. */
  readonly sizes: readonly number[];
}

/** One padded frame each interval, or as soon as the one before it has arrived. */
function probeOver({ burst, rate }: Path, goal = GOAL): Ended {
  let probe: Probe = startProbe(2, { goal, base: BASE }, 0);
  let tokens = burst;
  const sizes: number[] = [];
  for (let sentAt = 0; sentAt < 10_000;) {
    const { bytes } = probe;
    sizes.push(bytes);
    const delayMs = Math.max(0, bytes - tokens) / rate;
    const now = sentAt + delayMs;
    const result = probed(probe, { ...UNKNOWN_LINK, bytes, delayMs, sentAt, at: now }, ALLOWANCE_MS, now);
    if (typeof result === 'string') return { result, ms: now, sizes };
    probe = result;
    const next = Math.max(sentAt + INTERVAL_MS, now);
    tokens = Math.min(burst, Math.max(0, tokens - bytes) + rate * (next - now));
    sentAt = next;
  }
  throw new Error('The probe does not end.');
}

describe('a probe', () => {
  it('finds within half a second that a path carries the goal', () => {
    const { result, ms, sizes } = probeOver({ burst: 0, rate: 2500 });
    expect(result).toBe('carried');
    expect(ms).toBeLessThan(500);
    expect(sizes.slice(0, 4)).toEqual([16_000, 32_000, 54_000, 54_000]);
  });

  it.each([16_000, 64_000, 256_000])('drains a bucket of %d bytes before it believes the path', burst => {
    const { result, ms } = probeOver({ burst, rate: 250 });
    expect(result).toBe('late');
    expect(ms).toBeLessThan(1000);
  });

  it('stops at the first sizes that are too much, not at the goal', () => {
    const { result, sizes } = probeOver({ burst: 0, rate: 250 });
    expect(result).toBe('late');
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * BASE);
  });

  it('of a small step is believed after about a second, however little it adds', () => {
    const { result, ms } = probeOver({ burst: 0, rate: 500 }, 1.1 * BASE);
    expect(result).toBe('carried');
    expect(ms).toBeGreaterThan(1000);
    expect(ms).toBeLessThan(1500);
  });

  it('hears nothing from frames that were sent before, or are not padded', () => {
    const probe = startProbe(2, { goal: GOAL, base: BASE }, 1000);
    const late = { ...UNKNOWN_LINK, delayMs: 500 };
    expect(probed(probe, { ...late, bytes: 16_000, sentAt: 999 }, ALLOWANCE_MS, 1100)).toBe(probe);
    expect(probed(probe, { ...late, bytes: BASE, sentAt: 1001 }, ALLOWANCE_MS, 1100)).toBe(probe);
  });

  it('ends when hardly a frame gets through', () => {
    const probe = startProbe(2, { goal: GOAL, base: BASE }, 1000);
    expect(probed(probe, { ...UNKNOWN_LINK, bytes: BASE, sentAt: 6000 }, ALLOWANCE_MS, 6000)).toBe('late');
  });
});
