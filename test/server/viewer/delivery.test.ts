import { describe, expect, it } from 'vitest';
import { Delivery } from '../../../server/src/viewer/delivery.js';
import { seededRandom } from '../../support/random.js';
import { VirtualClock } from '../../simulate/virtual-clock.js';
import { encodedFrame } from '../fakes.js';

/** 1000 bytes per ms, 20 ms there and 20 back; frames are 11,400 bytes with their header, 1400 of them with it. */
const PAYLOAD_BYTES = 11_358;
const BACK_MS = 20;

const ON_TIME = { isHeld: false, heldMs: 0 };

class Bench {
  readonly clock = new VirtualClock();
  readonly sent: number[] = [];
  readonly readiness: boolean[] = [];
  isClogged = false;
  readonly delivery = new Delivery(
    {
      send: ({ header }) => void this.sent.push(header.seq),
      isClogged: () => this.isClogged,
    },
    this.clock,
    isReady => void this.readiness.push(isReady),
  );

  constructor() {
    this.delivery.open();
  }

  offer(...seqs: number[]): void {
    for (const seq of seqs) {
      this.delivery.offer(encodedFrame({ seq, payloadBytes: PAYLOAD_BYTES, capturedAt: this.clock.now() }));
    }
  }

  /** The frame arrives, as it would on that link, and is acknowledged. */
  acknowledge(seq: number): number {
    this.clock.runUntil(this.clock.now() + 2 * BACK_MS + 10);
    const arrivedAt = this.clock.now() - BACK_MS;
    const frames = this.delivery.arrived(seq, { ...ON_TIME, headerAt: arrivedAt - 10, arrivedAt });
    this.delivery.proceed();
    return frames;
  }

  get balance(): number {
    const { captured, sent, dropped } = this.delivery.counts;
    return captured - sent - dropped.rate - dropped.superseded - dropped.skipped;
  }
}

/** As `Bench`, on a link whose rate is known. */
function known(): Bench {
  const bench = new Bench();
  for (const seq of [1, 2, 3]) {
    bench.offer(seq);
    bench.acknowledge(seq);
  }
  expect(bench.delivery.link.rate).toBeDefined();
  bench.sent.length = 0;
  bench.readiness.length = 0;
  return bench;
}

describe('the delivery of frames', () => {
  it('sends a viewer that says next one frame each time, the newest, however long that takes', () => {
    const bench = new Bench();
    bench.offer(1);
    bench.acknowledge(1);
    bench.delivery.next();
    bench.offer(2);
    bench.acknowledge(2);
    for (const seq of [3, 4, 5]) bench.offer(seq);
    bench.clock.runUntil(bench.clock.now() + 60_000);
    expect(bench.sent).toEqual([1, 2]);
    expect(bench.readiness.at(-1)).toBe(false);
    expect(bench.delivery.waitedMs).toBe(0);
    bench.delivery.next();
    expect(bench.sent).toEqual([1, 2, 5]);
    expect(bench.balance).toBe(0);
  });

  it('has no more on its way to a viewer that says that it holds all of them up', () => {
    const bench = known();
    const held = { isHeld: true, heldMs: 1e9 };
    const from = bench.clock.now();
    const onTheWay: number[] = [];
    for (let seq = 4; seq < 1000; seq += 1) {
      bench.clock.runUntil(from + seq * 33);
      bench.offer(seq);
      onTheWay.push(bench.sent.length);
      // It takes what there is every half second.
      if (seq % 15 !== 0) continue;
      const arrivedAt = bench.clock.now();
      bench.delivery.arrived(bench.sent.at(-1) ?? 0, { ...held, headerAt: arrivedAt, arrivedAt });
      bench.sent.length = 0;
      bench.delivery.proceed();
    }
    expect(Math.max(...onTheWay)).toBeLessThanOrEqual(3);
    expect(Math.min(...onTheWay.slice(15))).toBeGreaterThan(0);
  });

  it('sends one at a time while nothing is known of the link, and the newest of the rest then', () => {
    const bench = new Bench();
    bench.offer(1, 2, 3);
    expect(bench.sent).toEqual([1]);
    expect(bench.balance).toBe(1);
    bench.acknowledge(1);
    expect(bench.sent).toEqual([1, 3]);
    expect(bench.delivery.counts).toMatchObject({ captured: 3, sent: 2, dropped: { superseded: 1 } });
  });

  it('sends the next when the narrowest place will be free, without waiting for an acknowledgement', () => {
    const bench = known();
    bench.delivery.limit({ queueMs: 2 });
    bench.offer(4, 5);
    expect(bench.sent).toEqual([4]);
    bench.clock.runUntil(bench.clock.now() + 7);
    expect(bench.sent).toEqual([4]);
    bench.clock.runUntil(bench.clock.now() + 40);
    expect(bench.sent).toEqual([4, 5]);
  });

  it('is ready a little before a frame could go, so that it finds one', () => {
    const bench = new Bench();
    bench.offer(1);
    expect(bench.readiness).toEqual([true, false]);
    bench.acknowledge(1);
    expect(bench.readiness).toEqual([true, false, true]);
  });

  it('sends nothing to a socket that holds bytes back, and looks again', () => {
    const bench = known();
    bench.isClogged = true;
    bench.offer(4);
    bench.clock.runUntil(bench.clock.now() + 100);
    expect(bench.sent).toEqual([]);
    bench.isClogged = false;
    bench.clock.runUntil(bench.clock.now() + 10);
    expect(bench.sent).toEqual([4]);
  });

  it('keeps the least interval between two frames', () => {
    const bench = known();
    bench.delivery.limit({ intervalMs: 1000 });
    bench.offer(4);
    const from = bench.clock.now();
    for (let seq = 5; seq < 100; seq += 1) {
      bench.clock.runUntil(from + (seq - 4) * 33);
      bench.offer(seq);
      bench.delivery.arrived(seq, { ...ON_TIME, headerAt: 0, arrivedAt: 0 });
    }
    expect(bench.sent.length).toBeLessThanOrEqual(4);
    expect(bench.balance).toBeLessThanOrEqual(1);
  });

  it('does not send what waited so long that there is something newer', () => {
    const bench = new Bench();
    bench.delivery.limit({ staleMs: 50 });
    bench.offer(1, 2);
    bench.clock.runUntil(bench.clock.now() + 5000);
    bench.acknowledge(1);
    expect(bench.sent).toEqual([1]);
    expect(bench.readiness.at(-1)).toBe(true);
    bench.offer(9);
    expect(bench.sent).toEqual([1, 9]);
    expect(bench.balance).toBe(0);
  });

  it('sends a placeholder however long it waited', () => {
    const bench = new Bench();
    bench.delivery.limit({ staleMs: 50 });
    bench.offer(1);
    bench.delivery.offer(encodedFrame({ seq: 2, placeholder: true }));
    bench.clock.runUntil(5000);
    bench.acknowledge(1);
    expect(bench.sent).toEqual([1, 2]);
  });

  it('learns from who does not acknowledge: a frame began behind the one before, or when it came to the way', () => {
    const bench = new Bench();
    bench.delivery.limit({ queueMs: 1000 });
    let at = 0;
    for (let seq = 1; seq <= 5; seq += 1) {
      bench.offer(seq);
      // Back to back: one every 100 ms.
      at += 100;
      bench.clock.runUntil(at);
      bench.delivery.arrived(seq, { arrivedAt: at, isTimed: true, rttMs: 10, unreadBytes: 0 });
      bench.delivery.proceed();
    }
    // All but the first segment of 11,400 bytes, in the 90 ms after an idle path's 10, and then in 100.
    expect(bench.delivery.link.rate).toBeGreaterThan(95);
    expect(bench.delivery.link.rate).toBeLessThan(115);
    expect(bench.delivery.link.delayMs).toBeCloseTo(90, 5);
  });

  it('knows an acknowledgement of nothing', () => {
    const bench = new Bench();
    expect(bench.acknowledge(1)).toBe(0);
    bench.offer(1);
    expect(bench.acknowledge(1)).toBe(1);
    expect(bench.acknowledge(1)).toBe(0);
  });

  it('goes on when nobody will tell any more what has arrived', () => {
    const bench = new Bench();
    bench.offer(1, 2);
    expect(bench.sent).toEqual([1]);
    bench.delivery.forget();
    bench.delivery.proceed();
    expect(bench.sent).toEqual([1, 2]);
  });

  it('goes on over a good link with an acknowledgement for every fourth frame, and waits for one that is owed', () => {
    const bench = known();
    bench.delivery.limit({ ackEvery: 4 });
    const from = bench.clock.now();
    const offerNext = (seq: number) => {
      bench.clock.runUntil(from + (seq - 4) * 100);
      bench.offer(seq);
    };
    for (let seq = 4; seq <= 7; seq += 1) offerNext(seq);
    expect(bench.sent).toEqual([4, 5, 6, 7]);
    offerNext(8);
    expect(bench.sent).toEqual([4, 5, 6, 7]);
    expect(bench.acknowledge(7)).toBe(4);
    expect(bench.sent).toEqual([4, 5, 6, 7, 8]);
    expect(bench.balance).toBe(0);
  });

  it('counts all that an acknowledgement covers as arrived', () => {
    const bench = known();
    const { link, counts } = bench.delivery;
    bench.delivery.limit({ ackEvery: 4 });
    const from = bench.clock.now();
    for (let seq = 4; seq <= 7; seq += 1) {
      bench.clock.runUntil(from + (seq - 4) * 100);
      bench.offer(seq);
    }
    bench.acknowledge(7);
    const after = bench.delivery;
    expect(bench.sent).toEqual([4, 5, 6, 7]);
    expect(after.link.arrivals.bytes - link.arrivals.bytes).toBe(after.counts.sentBytes - counts.sentBytes);
  });

  it('shows a placeholder again that was drawn anew in another rendition, and only then', () => {
    const bench = known();
    const placeholder = { seq: 9, placeholder: true };
    for (const rendition of [1, 1, 2, 2]) {
      bench.delivery.offer(encodedFrame({ ...placeholder, rendition }));
      bench.acknowledge(9);
    }
    expect(bench.sent).toEqual([9, 9]);
    expect(bench.balance).toBe(0);
  });

  it('sends nothing while it is closed, and drops what waited', () => {
    const bench = new Bench();
    bench.offer(1, 2);
    bench.delivery.close();
    bench.acknowledge(1);
    bench.offer(3);
    expect(bench.sent).toEqual([1]);
    expect(bench.balance).toBe(0);
    bench.delivery.open();
    bench.offer(4);
    expect(bench.sent).toEqual([1, 4]);
  });

  it('accounts for every picture at every moment, whatever happens', () => {
    let sent = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const bench = new Bench();
      const random = seededRandom(seed);
      bench.delivery.limit({ staleMs: 60, fps: seed % 3 === 0 ? 11 : Infinity });
      let seq = 0;
      for (let step = 0; step < 300; step += 1) {
        bench.clock.runUntil(bench.clock.now() + random() * 40);
        const what = random();
        if (what < 0.6) bench.offer((seq += 1 + Math.floor(random() * 3)));
        else if (what < 0.9) bench.acknowledge(bench.sent.at(random() < 0.8 ? -1 : 0) ?? 0);
        else if (what < 0.95) bench.isClogged = !bench.isClogged;
        else if (what < 0.98) bench.delivery.close();
        else bench.delivery.open();
        expect([0, 1]).toContain(bench.balance);
      }
      sent += bench.sent.length;
      expect(bench.sent).toEqual(bench.sent.toSorted((a, b) => a - b));
    }
    expect(sent).toBeGreaterThan(400);
  });
});
