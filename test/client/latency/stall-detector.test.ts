import { describe, expect, it } from 'vitest';
import { CALM_TICK_MS, StallDetector, TICK_MS } from '../../../client/src/latency/stall-detector.js';

/** Signs of a free thread from one time to another. */
function free(holdUp: StallDetector, from: number, to: number): void {
  for (let at = from; at <= to; at += TICK_MS) holdUp.tick(at);
}

describe('a message', () => {
  it('was not held up by a thread that is free, or gives no signs', () => {
    const holdUp = new StallDetector();
    expect(holdUp.heldMs(1000)).toBe(0);
    free(holdUp, 1000, 1500);
    expect(holdUp.heldMs(1509)).toBe(0);
    holdUp.stop();
    expect(holdUp.heldMs(9000)).toBe(0);
  });

  it('may have waited since the last sign, when the thread was busy', () => {
    const holdUp = new StallDetector();
    free(holdUp, 0, 100);
    expect(holdUp.heldMs(180)).toBe(80);
    // The sign may come before the message as well.
    holdUp.tick(180);
    expect(holdUp.heldMs(181)).toBe(81);
    expect(holdUp.heldMs(189)).toBe(89);
    free(holdUp, 190, 200);
    expect(holdUp.heldMs(201)).toBe(0);
  });

  it('is known to have waited as well when a calm thread gives signs more rarely, which are frequent again then', () => {
    const holdUp = new StallDetector(CALM_TICK_MS);
    free(holdUp, 0, 10_000);
    expect(holdUp.tickMs).toBe(CALM_TICK_MS);
    holdUp.tick(10_100);
    expect(holdUp.heldMs(10_200)).toBe(0);
    holdUp.tick(10_240);
    expect(holdUp.heldMs(10_245)).toBe(145);
    expect(holdUp.tickMs).toBe(TICK_MS);
  });

  it('was not held up when messages come again and again while the thread is busy: they do not pass it', () => {
    const holdUp = new StallDetector();
    for (let from = 0; from < 1000; from += 100) {
      free(holdUp, from, from + 10);
      for (let at = from + 20; at < from + 100; at += 20) holdUp.heldMs(at);
    }
    expect(holdUp.isElsewhere).toBe(true);
    expect(holdUp.heldMs(1000 + 80)).toBe(0);
  });

  it('still may have been when the thread lets some through at the end of its work', () => {
    const holdUp = new StallDetector();
    for (let from = 0; from < 10_000; from += 100) {
      free(holdUp, from, from + 10);
      holdUp.heldMs(from + 99);
    }
    expect(holdUp.isElsewhere).toBe(false);
    free(holdUp, 10_000, 10_010);
    expect(holdUp.heldMs(10_090)).toBe(80);
  });
});
