/**
 * A token bucket: what may happen some times at once, and then at a rate. Pure; times in ms on the monotonic clock.
 */
export interface TokenBucket {
  /** At most the burst. */
  readonly tokens: number;
  /** When it had so many. */
  readonly at: number;
}

export interface BucketRules {
  /** How many at once, at least 1. */
  readonly burst: number;
  /** How many a second after that. */
  readonly perSecond: number;
}

export const FULL_BUCKET: TokenBucket = { tokens: Infinity, at: -Infinity };

/** @returns when the next token can be taken: `now` or earlier when there is one. */
export function tokenAt(bucket: TokenBucket, { perSecond }: BucketRules): number {
  return bucket.tokens >= 1 ? bucket.at : bucket.at + ((1 - bucket.tokens) * 1000) / perSecond;
}

/** Takes a token that there is by now, see `tokenAt`; one that there is not is owed, and makes the next one later. */
export function tokenTaken(bucket: TokenBucket, { burst, perSecond }: BucketRules, now: number): TokenBucket {
  const gained = bucket.at === -Infinity ? Infinity : ((now - bucket.at) * perSecond) / 1000;
  return { tokens: Math.min(burst, bucket.tokens + gained) - 1, at: now };
}
