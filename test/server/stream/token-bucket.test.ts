import { describe, expect, it } from 'vitest';
import { FULL_BUCKET, tokenAt, tokenTaken, type TokenBucket } from '../../../server/src/stream/token-bucket.js';
import { seededRandom } from '../../support/random.js';

const RULES = { burst: 3, perSecond: 10 };
const take = (bucket: TokenBucket, now: number) => tokenTaken(bucket, RULES, now);

describe('a token bucket', () => {
  it('gives its burst at once, and then one at a time', () => {
    let bucket = FULL_BUCKET;
    for (let taken = 0; taken < RULES.burst; taken += 1) {
      expect(tokenAt(bucket, RULES)).toBeLessThanOrEqual(1000);
      bucket = take(bucket, 1000);
    }
    expect(tokenAt(bucket, RULES)).toBe(1100);
    bucket = take(bucket, 1100);
    expect(tokenAt(bucket, RULES)).toBe(1200);
  });

  it('keeps no more than its burst, however long nobody took any', () => {
    let bucket = take(FULL_BUCKET, 0);
    for (let taken = 0; taken < RULES.burst; taken += 1) bucket = take(bucket, 1e9);
    expect(tokenAt(bucket, RULES)).toBeCloseTo(1e9 + 100);
  });

  it('counts what is gained while nobody looks, and what is owed', () => {
    let bucket = FULL_BUCKET;
    for (let taken = 0; taken < 4; taken += 1) bucket = take(bucket, 0);
    expect(tokenAt(bucket, RULES)).toBeCloseTo(200);
    bucket = take(bucket, 250);
    expect(bucket.tokens).toBeCloseTo(0.5);
  });

  it('lets through at most the burst and its rate, in any span', () => {
    const random = seededRandom(7);
    const times: number[] = [];
    let bucket = FULL_BUCKET;
    for (let now = 0; now < 20_000; now += random() * 40) {
      if (tokenAt(bucket, RULES) > now) continue;
      bucket = take(bucket, now);
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
