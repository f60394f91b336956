import { describe, expect, it } from 'vitest';
import { observed, UNKNOWN_LINK, type Link } from '../../../server/src/link/congestion.js';
import {
  acknowledged,
  IDLE_PACER,
  isOverdue,
  reanchored,
  sendableAt,
  sent,
  waitedMs,
  type InFlight,
  type Pacer,
  type PaceRules,
} from '../../../server/src/link/pacer.js';

/** 100 bytes per ms, 40 ms there and back, the receiver's clock as ours. */
const LINK: Link = [0, 200].reduce(
  (link, sentAt) =>
    observed(link, {
      bytes: 11_400,
      coveredBytes: 11_400,
      sentAt,
      headerAt: sentAt + 20,
      arrivedAt: sentAt + 120,
      isHeld: false,
      heldMs: 0,
      foreseenQueueMs: 0,
      now: sentAt + 140,
    }),
  UNKNOWN_LINK,
);

const flying = (...seqs: readonly number[]): Pacer =>
  seqs.reduce((pacer, seq) => sent(pacer, { seq, bytes: 1000 }, LINK, seq * 10), IDLE_PACER);
const rules = (queueMs: number, ackEvery = 1): PaceRules => ({ queueMs, ackEvery });
/** Oldest first. */
const inFlight = (pacer: Pacer | undefined): InFlight[] => {
  const frames: InFlight[] = [];
  for (let frame = pacer?.newest; frame !== undefined; frame = frame.older) frames.unshift(frame);
  expect(pacer?.frames ?? 0).toBe(frames.length);
  return frames;
};
const seqs = (pacer: Pacer | undefined) => pacer && inFlight(pacer).map(({ seq }) => seq);

describe('the pacer', () => {
  it('counts a frame as arrived when it is acknowledged, with all that were sent before it', () => {
    expect(seqs(acknowledged(flying(5, 6), 5)?.pacer)).toEqual([6]);
    expect(acknowledged(flying(5, 6), 5)?.pacer.bytes).toBe(1000);
    expect(seqs(acknowledged(flying(5, 6), 6)?.pacer)).toEqual([]);
    expect(acknowledged(flying(5, 6), 6)?.frame).toMatchObject({ seq: 6, bytes: 1000, sentAt: 60 });
    expect(acknowledged(flying(5, 6), 5)?.frames).toBe(1);
    expect(acknowledged(flying(5, 6), 6)?.frames).toBe(2);
    expect(acknowledged(flying(5, 6, 7), 6)?.bytes).toBe(2000);
  });

  it('knows which frame should have arrived when a viewer says that nothing has', () => {
    // Sent at 50, 10 ms to pass, 40 ms there and back.
    expect(isOverdue(flying(5, 6), 105)).toBe(false);
    expect(isOverdue(flying(5, 6), 106)).toBe(true);
    expect(isOverdue(IDLE_PACER, 106)).toBe(false);
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
    expect(waitedMs(IDLE_PACER, 1, 1000)).toBe(0);
    expect(waitedMs(flying(5, 6), 1, 1000)).toBe(950);
  });

  it('foresees how long a frame waits behind the others, and when it is acknowledged', () => {
    const one = sent(IDLE_PACER, { seq: 1, bytes: 3000 }, LINK, 1000);
    const [first, second] = inFlight(sent(one, { seq: 2, bytes: 2000 }, LINK, 1010));
    expect(first).toMatchObject({ foreseenQueueMs: 0, expectedAt: 1000 + 30 + 40 });
    expect(second).toMatchObject({ foreseenQueueMs: 20, expectedAt: 1000 + 50 + 40 });
  });

  describe('says when the next frame may go:', () => {
    it('at once when none is on its way, whatever is believed of the link', () => {
      expect(sendableAt(IDLE_PACER, UNKNOWN_LINK, rules(5), 0)).toBe(-Infinity);
      const drained = acknowledged(flying(5), 5)?.pacer ?? IDLE_PACER;
      expect(sendableAt({ ...drained, busyUntil: 1e9 }, LINK, rules(5), 0)).toBe(-Infinity);
    });

    it('one at a time while the rate is not known', () => {
      expect(sendableAt(sent(IDLE_PACER, { seq: 1, bytes: 10 }, UNKNOWN_LINK, 0), UNKNOWN_LINK, rules(5), 500)).toBe(
        Infinity,
      );
    });

    it('so that it waits no longer behind the last one than allowed', () => {
      const pacer = sent(IDLE_PACER, { seq: 1, bytes: 3000 }, LINK, 1000);
      expect(sendableAt(pacer, LINK, rules(5), 1000)).toBe(1025);
      expect(sendableAt(pacer, LINK, rules(20), 1000)).toBe(1010);
    });

    it('not while more is on its way than it holds, and one frame', () => {
      // 100 bytes/ms x (40 + 5) ms = 4500 bytes.
      expect(sendableAt(flying(1, 2, 3, 4, 5), LINK, rules(5), 50)).toBeLessThan(Infinity);
      expect(sendableAt(flying(1, 2, 3, 4, 5, 6), LINK, rules(5), 60)).toBe(Infinity);
    });

    it('not when the oldest acknowledgement is so late that the link must have collapsed', () => {
      const pacer = sent(IDLE_PACER, { seq: 1, bytes: 1000 }, LINK, 1000);
      expect(sendableAt(pacer, LINK, rules(5), 1000 + 10 + 40 + 10)).toBe(1005);
      expect(sendableAt(pacer, LINK, rules(5), 1000 + 10 + 40 + 11)).toBe(Infinity);
    });
  });

  describe('of a viewer that acknowledges four frames at once', () => {
    // 10 ms to pass and 40 ms there and back each: known of at 60, 70 ... at the earliest.
    const pacer = flying(1, 2, 3);

    it('takes the first three for arrived when they are expected to be', () => {
      expect(sendableAt(pacer, LINK, rules(5, 4), 79)).toBe(35);
      expect(sendableAt(pacer, LINK, rules(5, 4), 80)).toBe(-Infinity);
      expect(sendableAt(pacer, LINK, rules(5, 4), 1000)).toBe(-Infinity);
      expect(sendableAt(pacer, LINK, rules(5, 1), 1000)).toBe(Infinity);
    });

    it('counts those that cannot have arrived yet, and says when they will have', () => {
      const many = flying(1, 2, 3, 4, 5, 6);
      expect(sendableAt(many, LINK, rules(5, 8), 59)).toBe(60);
      expect(sendableAt(many, LINK, rules(5, 8), 60)).toBe(65);
    });

    it('waits for the fourth', () => {
      const owing = flying(1, 2, 3, 4);
      expect(sendableAt(owing, LINK, rules(5, 4), 90 + 10)).toBe(45);
      expect(sendableAt(owing, LINK, rules(5, 4), 90 + 11)).toBe(Infinity);
      expect(waitedMs(pacer, 4, 1000)).toBe(0);
      expect(waitedMs(owing, 4, 1000)).toBe(960);
    });
  });

  it('is set right by each acknowledgement: the narrowest place is as busy as it was left', () => {
    const two = sent(sent(IDLE_PACER, { seq: 1, bytes: 1000 }, LINK, 1000), { seq: 2, bytes: 1000 }, LINK, 1005);
    const rest = acknowledged(two, 1)?.pacer ?? IDLE_PACER;
    // It left the narrowest place at 1100, not at 1010, so the second does at 1110.
    const pacer = reanchored(rest, LINK, 1100);
    expect(pacer.busyUntil).toBeCloseTo(1110, 5);
    expect(pacer.newest?.expectedAt).toBeCloseTo(1150, 5);
  });

  it('changes nothing that it was given', () => {
    const before = flying(5, 6);
    const copy = structuredClone(before);
    sent(before, { seq: 7, bytes: 1 }, LINK, 0);
    acknowledged(before, 6);
    reanchored(before, LINK, 80);
    expect(before).toEqual(copy);
  });
});
