import { describe, expect, it } from 'vitest';
import { MessageLimits } from '../../../../server/src/transport/ws/message-limits.js';

/** Whether each of so many messages is too many; `now` of each in ms. */
const flags = (exceeds: (now: number) => boolean, times: readonly number[]) => times.map(now => exceeds(now));
const at = (count: number, now: number) => Array.from({ length: count }, () => now);

describe('message limits', () => {
  it('let 2000 messages a second pass, and not one more', () => {
    const limits = new MessageLimits();
    const floods = flags(now => limits.exceedsMessages(now), at(2001, 5));
    expect(floods.indexOf(true)).toBe(2000);
    expect(limits.exceedsMessages(1004.9)).toBe(true);
    expect(limits.exceedsMessages(1005)).toBe(false);
  });

  it('let 1000 a second pass for ever', () => {
    const limits = new MessageLimits();
    const times = Array.from({ length: 60_000 }, (_, i) => i);
    expect(flags(now => limits.exceedsMessages(now), times)).not.toContain(true);
  });

  it('let 30 claims on streams a second pass', () => {
    const limits = new MessageLimits();
    expect(flags(now => limits.exceedsClaims(now), at(31, 0)).indexOf(true)).toBe(30);
    expect(limits.exceedsClaims(1000)).toBe(false);
  });

  it('let 20 bad messages in 10 s pass, and forget them afterwards', () => {
    const limits = new MessageLimits();
    expect(flags(now => limits.exceedsBadMessages(now), at(21, 0)).indexOf(true)).toBe(20);
    expect(limits.exceedsBadMessages(10_000)).toBe(false);
  });
});
