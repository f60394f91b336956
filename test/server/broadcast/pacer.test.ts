import { describe, expect, it } from 'vitest';
import { IDLE_PACER, acknowledged, maySend, sent, waitedMs, type Pacer } from '../../../server/src/broadcast/pacer.js';

const flying = (...seqs: readonly number[]): Pacer =>
  seqs.reduce((pacer, seq) => sent(pacer, { seq, bytes: 100, sentAt: seq * 10 }), IDLE_PACER);
const seqs = (pacer: Pacer | undefined) => pacer?.map(({ seq }) => seq);

describe('the pacer', () => {
  it('lets frames go while there is room in the window', () => {
    expect(maySend(IDLE_PACER, 1)).toBe(true);
    expect(maySend(flying(1), 1)).toBe(false);
    expect(maySend(flying(1), 2)).toBe(true);
    expect(maySend(flying(1, 2), 2)).toBe(false);
    // A window that has become smaller than what is on its way.
    expect(maySend(flying(1, 2, 3), 2)).toBe(false);
  });

  it('counts a frame as arrived when it is acknowledged, with all that were sent before it', () => {
    expect(seqs(acknowledged(flying(5, 6), 5)?.pacer)).toEqual([6]);
    expect(seqs(acknowledged(flying(5, 6), 6)?.pacer)).toEqual([]);
    expect(acknowledged(flying(5, 6), 6)?.frame).toEqual({ seq: 6, bytes: 100, sentAt: 60 });
  });

  it('knows an acknowledgement of nothing', () => {
    expect(acknowledged(IDLE_PACER, 1)).toBeUndefined();
    expect(acknowledged(flying(5, 6), 4)).toBeUndefined();
    expect(acknowledged(flying(5, 6), 7)).toBeUndefined();
    const rest = acknowledged(flying(5, 6), 6)?.pacer ?? IDLE_PACER;
    expect(acknowledged(rest, 5)).toBeUndefined();
    expect(acknowledged(rest, 6)).toBeUndefined();
  });

  it('takes the older of two frames of the same number, as two streams have', () => {
    expect(seqs(acknowledged(flying(5, 5), 5)?.pacer)).toEqual([5]);
  });

  it('waits for the oldest frame', () => {
    expect(waitedMs(IDLE_PACER, 1000)).toBe(0);
    expect(waitedMs(flying(5, 6), 1000)).toBe(950);
  });

  it('changes nothing that it was given', () => {
    const before = flying(5, 6);
    const copy = [...before];
    sent(before, { seq: 7, bytes: 1, sentAt: 0 });
    acknowledged(before, 6);
    expect(before).toEqual(copy);
  });
});
