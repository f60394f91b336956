import { describe, expect, it } from 'vitest';
import { UNUSED_LIMIT, allowedAt, counted, type RateLimit } from '../../../server/src/stream/rate-limit.js';
import { seededRandom } from '../../support/random.js';

const RULES = { burst: 3, perSecond: 10 };
const take = (limit: RateLimit, now: number) => counted(limit, RULES, now);

describe('a rate limit', () => {
  it('gives its burst at once, and then one at a time', () => {
    let limit = UNUSED_LIMIT;
    for (let taken = 0; taken < RULES.burst; taken += 1) {
      expect(allowedAt(limit, RULES)).toBeLessThanOrEqual(1000);
      limit = take(limit, 1000);
    }
    expect(allowedAt(limit, RULES)).toBe(1100);
    limit = take(limit, 1100);
    expect(allowedAt(limit, RULES)).toBe(1200);
  });

  it('keeps no more than its burst, however long nobody took any', () => {
    let limit = take(UNUSED_LIMIT, 0);
    for (let taken = 0; taken < RULES.burst; taken += 1) limit = take(limit, 1e9);
    expect(allowedAt(limit, RULES)).toBeCloseTo(1e9 + 100);
  });

  it('counts what is gained while nobody looks, and what is owed', () => {
    let limit = UNUSED_LIMIT;
    for (let taken = 0; taken < 4; taken += 1) limit = take(limit, 0);
    expect(allowedAt(limit, RULES)).toBeCloseTo(200);
    limit = take(limit, 250);
    expect(limit.tokens).toBeCloseTo(0.5);
  });

  it('lets through at most the burst and its rate, in any span', () => {
    const random = seededRandom(7);
    const times: number[] = [];
    let limit = UNUSED_LIMIT;
    for (let now = 0; now < 20_000; now += random() * 40) {
      if (allowedAt(limit, RULES) > now) continue;
      limit = take(limit, now);
      times.push(now);
    }
    for (const [first, from] of times.entries()) {
      for (let last = first; last < times.length; last += 1) {
        const most = RULES.burst + ((times[last] ?? 0) - from) * (RULES.perSecond / 1000) + 1e-6;
        expect(last - first + 1).toBeLessThanOrEqual(most);
      }
    }
    expect(times.length).toBeGreaterThan(150);
  });
});
