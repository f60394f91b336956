import { describe, expect, it } from 'vitest';
import type { Ack } from '@framewire/shared/ack';
import { AckPace } from '../../../client/src/connection/ack-pace.js';
import { ack } from '../../server/fakes.js';

const EVERY_FOURTH = { every: 4, slowMs: 8 };

/** Acknowledgements 10 ms apart. */
const at = (seq: number, fields: Partial<Ack> = {}): Ack => ack(seq, { receivedAt: seq * 10, payloadMs: 1, ...fields });

/** One that has acknowledged frame 1 and may leave out the next three. */
function relaxed(): AckPace {
  const pace = new AckPace();
  pace.arrived(at(1), 10);
  pace.allow(EVERY_FOURTH);
  return pace;
}

/** Each was captured when the one of frame 1 was and 10 ms later for each after it. */
const sent = (pace: AckPace, ...acks: Ack[]) => acks.map(each => pace.arrived(each, each.seq * 10)?.seq);

describe("a viewer's acknowledgements", () => {
  it('are all sent while the server has not said otherwise', () => {
    expect(sent(new AckPace(), at(1), at(2), at(3))).toEqual([1, 2, 3]);
  });

  it('are sent for each frame where `every` makes no sense', () => {
    const pace = relaxed();
    pace.allow({ every: 0, slowMs: 8 });
    expect(sent(pace, at(2), at(3))).toEqual([2, 3]);
  });

  it('are one for as many frames as the server allows', () => {
    expect(sent(relaxed(), ...[2, 3, 4, 5, 6, 7, 8, 9].map(seq => at(seq)))).toEqual([
      ...[undefined, undefined, undefined, 5],
      ...[undefined, undefined, undefined, 9],
    ]);
  });

  it('begin with one for the first frame', () => {
    const pace = new AckPace();
    pace.allow(EVERY_FOURTH);
    expect(sent(pace, at(1), at(2))).toEqual([1, undefined]);
  });

  it.each<[string, Partial<Ack>]>([
    ['a payload that took long', { payloadMs: 8.5 }],
    ['a frame that cannot be decoded', { decodeError: true }],
    ['a key frame that is needed', { needsKey: true }],
    ['frames that were thrown away', { clientDropped: 1 }],
    ['frames that pile up', { decodeQueue: 3 }],
    ['a frame that was held up', { held: 'payload' }],
    ['half a second without one', { receivedAt: 10 + 500 }],
    ['a frame that came late, header and payload together', { receivedAt: 30 + 8.5 }],
  ])('tell at once of %s', (_, fields) => {
    expect(sent(relaxed(), at(2), at(3, fields), at(4))).toEqual([undefined, 3, undefined]);
  });

  it('do not tell again and again that frames come later than they did', () => {
    const late = (seq: number) => at(seq, { receivedAt: seq * 10 + 9 });
    expect(sent(relaxed(), at(2), late(3), late(4), late(5), late(6), late(7))).toEqual([
      ...[undefined, 3, undefined, undefined, undefined, 7],
    ]);
    expect(sent(relaxed(), late(2), at(3), at(4), late(5))).toEqual([2, undefined, undefined, undefined]);
  });

  it('do not tell again and again of a page that stays hidden', () => {
    const hidden = { hidden: true };
    expect(sent(relaxed(), at(2, hidden), at(3, hidden), at(4))).toEqual([2, undefined, 4]);
  });

  it('that were held back are owed when the server wants more of them', () => {
    const pace = relaxed();
    sent(pace, at(2), at(3));
    expect(pace.allow({ every: 1, slowMs: 0 })?.seq).toBe(3);
    expect(pace.allow({ every: 1, slowMs: 0 })).toBeUndefined();
    expect(sent(pace, at(4), at(5))).toEqual([4, 5]);
  });

  it('are sent for the newest frame when nothing comes, also when that was acknowledged', () => {
    const pace = relaxed();
    sent(pace, at(2));
    expect([pace.repeat()?.seq, pace.repeat()?.seq]).toEqual([2, 2]);
    expect(sent(pace, at(3), at(4), at(5), at(6))).toEqual([undefined, undefined, undefined, 6]);
    expect(pace.repeat()?.seq).toBe(6);
    expect(new AckPace().repeat()).toBeUndefined();
  });

  it('are not missed before the server says so, nor before one and a half of the last interval', () => {
    const pace = relaxed();
    expect(pace.silenceMs).toBe(Infinity);
    pace.allow({ ...EVERY_FOURTH, silenceMs: 50 });
    sent(pace, at(2));
    expect(pace.silenceMs).toBe(50);
    sent(pace, at(3, { receivedAt: 20 + 100 }));
    expect(pace.silenceMs).toBe(150);
    pace.allow({ every: 1, slowMs: 8 });
    expect(pace.silenceMs).toBe(Infinity);
  });
});
