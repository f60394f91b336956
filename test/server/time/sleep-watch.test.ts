import { describe, expect, it } from 'vitest';
import { SleepWatch } from '../../../server/src/time/sleep-watch.js';

describe('the watch over sleep', () => {
  it('takes pictures of before a sleep for old, also before its timer has run', () => {
    const watch = new SleepWatch(0);
    for (let now = 250; now <= 5000; now += 250) watch.tick(now);
    expect(watch.isFromBefore(4990, 35_000)).toBe(true);
    expect(watch.isFromBefore(34_500, 35_000)).toBe(false);
    watch.tick(35_001);
    expect(watch.isFromBefore(4990, 35_002)).toBe(true);
    expect(watch.isFromBefore(35_010, 35_020)).toBe(false);
  });

  it('takes nothing for old while it is awake, be it late or slow', () => {
    const watch = new SleepWatch(0);
    for (let now = 0; now < 60_000; now += 1200) {
      expect(watch.isFromBefore(now - 30_000, now)).toBe(false);
      watch.tick(now);
    }
  });
});
