import { describe, expect, it } from 'vitest';
import { paceAnew, paceNext, type FilePace } from '../../../../server/src/source/ffmpeg/file-pace.js';

/** When each packet is due that is read the moment the one before was due, in ms since the first. */
function dueTimes(stamps: readonly (number | undefined)[], intervalMs = 40): number[] {
  let pace: FilePace | undefined;
  let now = 1000;
  return stamps.map(stamp => {
    pace = paceNext(pace, stamp, intervalMs, now);
    now = pace.dueAt;
    return now - 1000;
  });
}

describe('the pace of a file', () => {
  it('starts at once, whatever the first stamp', () => {
    expect(dueTimes([-80])).toEqual([0]);
    expect(dueTimes([undefined])).toEqual([0]);
  });

  it('follows the distances of the stamps, also where they change', () => {
    expect(dueTimes([-80, -40, 0, 100, 1100])).toEqual([0, 40, 80, 180, 1180]);
  });

  it('goes by the announced rate where stamps are missing or fall', () => {
    expect(dueTimes([0, undefined, undefined, 120])).toEqual([0, 40, 80, 120]);
    expect(dueTimes([500, 540, 0, 40])).toEqual([0, 40, 80, 120]);
  });

  it('takes a pause of the recording, or a clock that was set, for one interval', () => {
    expect(dueTimes([0, 40, 40_040, 40_080])).toEqual([0, 40, 80, 120]);
    expect(dueTimes([0, 40, 3_600_000, 3_600_040, 80, 120])).toEqual([0, 40, 80, 120, 160, 200]);
    expect(dueTimes([0, 2000, 4001])).toEqual([0, 2000, 2040]);
  });

  it('waits for the rate that a file announces, however slow', () => {
    expect(dueTimes([0, 8000, 16_000, 40_000, 65_000], 8000)).toEqual([0, 8000, 16_000, 40_000, 48_000]);
  });

  it('leaves one interval between the last picture of a loop and the first of the next', () => {
    const last = { dueAt: 5000, stampMs: 960 };
    expect(paceNext(paceAnew(last), 0, 40, 5001)).toEqual({ dueAt: 5040, stampMs: 0 });
    expect(paceAnew(undefined)).toBeUndefined();
  });

  it('catches up a little, and lets go of what it has missed by more than half a second', () => {
    const last = { dueAt: 5000, stampMs: 0 };
    expect(paceNext(last, 40, 40, 5540).dueAt).toBe(5040);
    expect(paceNext(last, 40, 40, 5541).dueAt).toBe(5541);
  });
});
