import { describe, expect, it } from 'vitest';
import { fixedWindow } from '../../../server/src/broadcast/congestion.js';

describe('a fixed window', () => {
  it.each([
    ['viewer', 2],
    ['socket', 1],
  ] as const)('has for frames that the %s acknowledges room for %i, whatever happens', (by, frames) => {
    let congestion = fixedWindow(by);
    expect(congestion.windowFrames).toBe(frames);
    for (let now = 0; now < 100_000; now += 9999) {
      congestion = congestion.acked({ frame: { seq: now, bytes: 1e6, sentAt: 0 }, now });
      expect(congestion.windowFrames).toBe(frames);
    }
  });
});
