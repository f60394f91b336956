import { describe, expect, it } from 'vitest';
import { departedAt, isHeldUp, observed, rttMs, UNKNOWN_LINK, type Link } from '../../../server/src/link/congestion.js';
import { seededRandom } from '../../support/random.js';

/** The receiver's clock is this far ahead; nothing may depend on it. */
const ZERO = 987_654;

const ON_TIME = { isHeld: false, heldMs: 0 };

interface Path {
  /** Bytes per ms. */
  rate: number;
  /** There and back, ms. */
  rtt: number;
  /** How much further ahead the receiver's clock is than at first. */
  driftMs?: number;
}

interface Sent {
  sentAt: number;
  bytes: number;
  /** How long it waits behind others. */
  queueMs?: number;
  foreseenQueueMs?: number;
}

/** One frame over a path whose figures are known. */
function over(
  { rate, rtt, driftMs = 0 }: Path,
  link: Link,
  { sentAt, bytes, queueMs = 0, foreseenQueueMs = 0 }: Sent,
): Link {
  const headerAt = sentAt + rtt / 2 + queueMs;
  const arrivedAt = headerAt + (bytes - 1400) / rate;
  const now = arrivedAt + rtt / 2;
  return observed(link, {
    bytes,
    coveredBytes: bytes,
    sentAt,
    headerAt: headerAt + ZERO + driftMs,
    arrivedAt: arrivedAt + ZERO + driftMs,
    ...ON_TIME,
    foreseenQueueMs,
    now,
  });
}

/** A frame every 33 ms. */
function series(path: Path, frames: number, frame: Omit<Sent, 'sentAt'>, { from = 0, link = UNKNOWN_LINK } = {}): Link {
  return Array.from({ length: frames }).reduce<Link>(
    (known, _, index) => over(path, known, { ...frame, sentAt: from + index * 33 }),
    link,
  );
}

describe('what is known of a link', () => {
  it('is nothing before two frames have arrived', () => {
    expect(UNKNOWN_LINK.rate).toBeUndefined();
    expect(rttMs(UNKNOWN_LINK)).toBe(0);
    expect(series({ rate: 625, rtt: 40 }, 1, { bytes: 20_000 }).rate).toBeUndefined();
  });

  it.each([
    [37.5, 40, 6000],
    [625, 0, 15_000],
    [625, 150, 15_000],
    [12_500, 1, 50_000],
  ])('is its rate, although it is not full, its round trip, and no queue: %d bytes/ms, %d ms', (rate, rtt, bytes) => {
    const link = series({ rate, rtt }, 5, { bytes });
    expect(link.rate).toBeCloseTo(rate, 5);
    expect(rttMs(link)).toBeCloseTo(rtt, 5);
    expect(link.queueMs).toBeCloseTo(0, 5);
    expect(link.delayMs).toBeCloseTo((bytes - 1400) / rate, 5);
  });

  it('is how long a frame waited behind others, apart from how long it took itself', () => {
    const path = { rate: 625, rtt: 40 };
    const link = over(path, series(path, 5, { bytes: 15_000 }), { sentAt: 1000, bytes: 15_000, queueMs: 70 });
    expect(link.queueMs).toBeCloseTo(70, 5);
    expect(link.rate).toBeCloseTo(625, 5);
    expect(link.delayMs).toBeCloseTo(70 + 13_600 / 625, 5);
  });

  it('turns the time of an arrival into the time of leaving the narrowest place', () => {
    const path = { rate: 625, rtt: 40 };
    expect(departedAt(series(path, 3, { bytes: 15_000 }), 5000 + ZERO + 20)).toBeCloseTo(5000, 5);
  });

  it('follows a link that becomes slower with one frame, and one that becomes faster with two', () => {
    const slow = series(
      { rate: 250, rtt: 40 },
      1,
      { bytes: 20_000 },
      { from: 1000, link: series({ rate: 2500, rtt: 40 }, 8, { bytes: 50_000 }) },
    );
    expect(slow.rate).toBeLessThan(800);
    const fast = series(
      { rate: 2500, rtt: 40 },
      2,
      { bytes: 20_000 },
      { from: 2000, link: series({ rate: 250, rtt: 40 }, 8, { bytes: 20_000 }) },
    );
    expect(fast.rate).toBeCloseTo(2500, 0);
  });

  it('is not learned from frames of a few segments, unless they took long', () => {
    expect(series({ rate: 625, rtt: 40 }, 5, { bytes: 3000 }).rate).toBeUndefined();
    expect(series({ rate: 37.5, rtt: 40 }, 5, { bytes: 3000 }).rate).toBeCloseTo(37.5, 5);
    expect(series({ rate: 37.5, rtt: 40 }, 5, { bytes: 42 }).rate).toBeUndefined();
  });

  it('sees through clocks that drift apart', () => {
    const before = series({ rate: 625, rtt: 40 }, 100, { bytes: 15_000 });
    const path = { rate: 625, rtt: 40, driftMs: 25 };
    const after = series(path, 1000, { bytes: 15_000 }, { from: 3300, link: before });
    expect(after.queueMs).toBeCloseTo(0, 5);
  });

  it('sees a queue that never empties, because round trips were shorter once', () => {
    const before = series({ rate: 625, rtt: 40 }, 100, { bytes: 15_000 });
    const after = series({ rate: 625, rtt: 40 }, 2000, { bytes: 15_000, queueMs: 50 }, { from: 3300, link: before });
    expect(after.queueMs).toBeCloseTo(50, 5);
    expect(after.delayMs).toBeCloseTo(50 + 13_600 / 625, 5);
  });

  it('takes a longer path for the empty one after two minutes', () => {
    const near = series({ rate: 625, rtt: 10 }, 100, { bytes: 15_000 });
    const far = series({ rate: 625, rtt: 60 }, 5500, { bytes: 15_000 }, { from: 3300, link: near });
    expect(rttMs(far)).toBeCloseTo(60, 5);
    expect(far.queueMs).toBeCloseTo(0, 5);
  });

  describe('is not believed', () => {
    /** Header and payload arrive glued together: no time between them. */
    const glued = (link: Link, sentAt: number, bytes: number, queueMs: number): Link => {
      const arrivedAt = sentAt + 20 + queueMs + bytes / 625;
      const at = { headerAt: arrivedAt, arrivedAt };
      return observed(link, {
        bytes,
        coveredBytes: bytes,
        sentAt,
        ...at,
        ...ON_TIME,
        foreseenQueueMs: 0,
        now: arrivedAt + 20,
      });
    };

    it('when queues grow that it did not foresee: what arrives bounds it then', () => {
      let link = UNKNOWN_LINK;
      for (let i = 0; i < 30; i += 1) link = glued(link, i * 33, 20_000, 0);
      expect(link.rate).toBeGreaterThan(10_000);
      for (let i = 30; i < 50; i += 1) link = glued(link, i * 33, 20_000, (i - 29) * 10);
      expect(link.rate).toBeLessThan(700);
    });

    it('and is again some time after the queues have gone', () => {
      let link = UNKNOWN_LINK;
      for (let i = 0; i < 50; i += 1) link = glued(link, i * 33, 20_000, Math.max(0, i - 29) * 10);
      for (let i = 60; i < 120; i += 1) link = glued(link, i * 33, 20_000, 0);
      expect(link.rate).toBeGreaterThan(700);
    });
  });

  it('is not spoiled by a link that stood still for five seconds', () => {
    const path = { rate: 625, rtt: 40 };
    let link = series(path, 30, { bytes: 15_000 });
    link = over(path, link, { sentAt: 990, bytes: 15_000, queueMs: 5000 });
    link = series(path, 30, { bytes: 15_000 }, { from: 6000, link });
    expect(link.rate).toBeCloseTo(625, 0);
    expect(link.queueMs).toBeCloseTo(0, 5);
  });

  it('is not left for slow by small frames after one that was cut in two by a standstill', () => {
    const path = { rate: 625, rtt: 40 };
    const before = series(path, 30, { bytes: 15_000 });
    const cut = over({ rate: 13.6, rtt: 40 }, before, { sentAt: 990, bytes: 15_000 });
    expect(cut.rate).toBeLessThan(30);
    // 1600 bytes pass in 2.6 ms, which clocks may have made of 5.
    const after = series(path, 2, { bytes: 3000 }, { from: 2100, link: cut });
    expect(after.rate).toBeCloseTo(1600 / 5, 0);
    // Once that is believed, they say nothing more.
    expect(series(path, 30, { bytes: 3000 }, { from: 2200, link: after }).rate).toBeCloseTo(1600 / 5, 0);
  });

  describe('is not learned from frames that the viewer held up itself', () => {
    const path = { rate: 12_500, rtt: 1 };
    const before = series(path, 10, { bytes: 50_000 });

    /** Header and payload are read together when the viewer is free, that much after the frame has come. */
    const held = (
      link: Link,
      { sentAt, lateMs, rate = path.rate }: { sentAt: number; lateMs: number; rate?: number },
    ) => {
      const arrivedAt = sentAt + path.rtt / 2 + 50_000 / rate + lateMs;
      const at = { headerAt: arrivedAt + ZERO, arrivedAt: arrivedAt + ZERO };
      const now = arrivedAt + path.rtt / 2;
      const frame = { bytes: 50_000, coveredBytes: 50_000, sentAt, isHeld: true, heldMs: 85, foreseenQueueMs: 4 };
      return observed(link, { ...frame, ...at, now });
    };

    it('neither a rate nor a queue, only that it is not known', () => {
      let link = before;
      for (let sentAt = 1000; sentAt < 3000; sentAt += 100) link = held(link, { sentAt, lateMs: 20 + (sentAt % 60) });
      expect(isHeldUp(link)).toBe(true);
      expect(link.rate).toBe(before.rate);
      expect(link.queueMs).toBe(before.queueMs);
      expect(rttMs(link)).toBe(rttMs(before));
      expect(isHeldUp(over(path, link, { sentAt: 3000, bytes: 50_000 }))).toBe(false);
    });

    it('unless they came at once all the same', () => {
      const link = held(before, { sentAt: 1000, lateMs: 1 });
      expect(isHeldUp(link)).toBe(false);
      expect(link.queueMs).toBeLessThanOrEqual(4);
    });

    it('unless they came later than the viewer was busy: that is the link', () => {
      const link = [1000, 1500, 2000].reduce((known, sentAt) => held(known, { sentAt, lateMs: 40, rate: 125 }), before);
      expect(isHeldUp(link)).toBe(false);
      expect(link.delayMs).toBeGreaterThan(300);
      expect(link.rate).toBeGreaterThan(100);
      expect(link.rate).toBeLessThan(160);
    });

    it('and is not known at all when there are no others', () => {
      let link = UNKNOWN_LINK;
      for (let sentAt = 0; sentAt < 2000; sentAt += 100) link = held(link, { sentAt, lateMs: 20 + (sentAt % 60) });
      expect(link.rate).toBeUndefined();
      expect(Number.isFinite(departedAt(link, 0))).toBe(true);
    });
  });

  describe('is not blamed for a standstill', () => {
    const FAST: Path = { rate: 50_000, rtt: 1 };
    const before = series(FAST, 10, { bytes: 60_000 });
    const late = (link: Link, queueMs: number, sentAt: number) => over(FAST, link, { sentAt, bytes: 60_000, queueMs });

    it('of which a frame comes late alone, or together with those behind it', () => {
      const first = late(before, 150, 400);
      expect(isHeldUp(first)).toBe(true);
      const third = late(late(first, 150 - 33 + 1, 433), 150 - 66 + 2, 466);
      expect(isHeldUp(third)).toBe(true);
      expect(third).toMatchObject({ rate: before.rate, ceiling: Infinity, surprises: 0 });
      const after = late(third, 0, 600);
      expect(isHeldUp(after)).toBe(false);
      expect(after.rate).toBeGreaterThan(40_000);
    });

    it('and is when frames come late one by one', () => {
      const second = late(late(before, 150, 400), 170, 433);
      expect(isHeldUp(second)).toBe(false);
      expect(second.rate).toBeLessThan(5000);
    });

    it('and is when a frame needs long on a link that is not fast', () => {
      const slow = series({ rate: 1000, rtt: 1 }, 10, { bytes: 60_000 });
      expect(isHeldUp(late(slow, 150, 400))).toBe(false);
    });
  });

  it('stays finite, whatever a stranger says of his arrivals', () => {
    const random = seededRandom(11);
    const anything = () => [0, -1, 1e300, -1e300, 1e-9, 5e9 * (random() - 0.5)][Math.floor(random() * 6)] ?? 0;
    let link = UNKNOWN_LINK;
    for (let i = 0; i < 2000; i += 1) {
      const bytes = 50_000 * random();
      const frame = { bytes, coveredBytes: bytes, sentAt: i * 33, foreseenQueueMs: 0, now: i * 33 + 50 };
      const arrival = { headerAt: anything(), arrivedAt: anything() };
      const held = { isHeld: random() < 0.5, heldMs: Math.max(0, anything()) };
      link = observed(link, { ...frame, ...arrival, ...held });
      expect(Number.isNaN(link.rate)).toBe(false);
      expect(Number.isNaN(link.queueMs)).toBe(false);
      expect(rttMs(link)).toBeGreaterThanOrEqual(0);
    }
  });
});
