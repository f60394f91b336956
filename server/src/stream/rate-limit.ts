/**
 * A rate limit, as a token bucket: what may happen some times at once, and then at a rate. Pure; times in ms on the
 * monotonic clock.
 */
export interface RateLimit {
  /** At most the burst. */
  readonly tokens: number;
  /** When it had so many. */
  readonly at: number;
}

export interface LimitRules {
  /** How many at once, at least 1. */
  readonly burst: number;
  /** How many a second after that. */
  readonly perSecond: number;
}

export const UNUSED_LIMIT: RateLimit = { tokens: Infinity, at: -Infinity };

/** @returns when the next token can be taken: `now` or earlier when there is one. */
export function allowedAt(limit: RateLimit, { perSecond }: LimitRules): number {
  return limit.tokens >= 1 ? limit.at : limit.at + ((1 - limit.tokens) * 1000) / perSecond;
}

/** Takes a token that there is by now, see `allowedAt`; one that there is not is owed, and makes the next one later. */
export function counted(limit: RateLimit, { burst, perSecond }: LimitRules, now: number): RateLimit {
  const gained = limit.at === -Infinity ? Infinity : ((now - limit.at) * perSecond) / 1000;
  return { tokens: Math.min(burst, limit.tokens + gained) - 1, at: now };
}
