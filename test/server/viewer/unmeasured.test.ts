import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KernelAcks } from '../../../server/src/transport/kernel/kernel-acks.js';
import { Delivery } from '../../../server/src/viewer/delivery.js';
import type { FrameSocket } from '../../../server/src/viewer/frame-socket.js';
import { seededRandom } from '../../support/random.js';
import { VirtualClock } from '../../simulate/virtual-clock.js';
import { encodedFrame } from '../fakes.js';

const PAYLOAD_BYTES = 20_000;
const WINDOW_BYTES = 400_000;
const POLL_MS = 3;
const INTERVAL_MS = 33;

/** A delivery whose frames the real `KernelAcks` follows, behind a kernel that a test stops, and a source that obeys demand. */
class FollowedViewer {
  readonly clock = new VirtualClock();
  /** Of each frame that was sent: whether it was measured. */
  readonly sent: boolean[] = [];
  /** The kernel acknowledges what was written so long ago, ms; Infinity: nothing. */
  lagMs = 1;
  windowBytes = WINDOW_BYTES;
  looks = 0;
  readonly delivery: Delivery;
  readonly #written: number[] = [];
  readonly #acks: KernelAcks;
  #acked = 0;
  #isReady = false;
  #seq = 0;

  constructor(asks: boolean) {
    const count = { bytesWritten: 0, isLate: false };
    const read = () => ({ ackedBytes: this.#acked, minRttMs: 1, windowBytes: this.windowBytes });
    this.#acks = new KernelAcks(
      count,
      { info: { read } },
      (seq, arrival) => {
        this.delivery.arrived(seq, arrival);
        this.delivery.proceed();
      },
      this.clock,
    );
    const put = (bytes: number) => () => void (count.bytesWritten += bytes);
    const socket: FrameSocket = {
      send: ({ header, payload }, isMeasured) => {
        this.sent.push(isMeasured);
        this.#acks.send(header.seq, put(payload.length), isMeasured);
      },
      isClogged: () => false,
      canLook: true,
      look: () => {
        this.looks += 1;
        return this.#acks.look();
      },
      ask: asks ? onAnswer => this.#acks.ask(put(10), onAnswer) : undefined,
    };
    this.delivery = new Delivery(socket, this.clock, isReady => (this.#isReady = isReady));
    this.delivery.open();
    this.#count = count;
  }

  readonly #count: { readonly bytesWritten: number };

  runFor(ms: number): void {
    for (const end = this.clock.now() + ms; this.clock.now() < end;) {
      this.clock.runUntil(this.clock.now() + 1);
      const now = Math.round(this.clock.now());
      this.#written[now] = this.#count.bytesWritten;
      this.#acked = Math.max(this.#acked, this.#written[now - this.lagMs] ?? 0);
      if (now % POLL_MS === 0) this.#acks.poll();
      if (now % INTERVAL_MS === 0 && this.#isReady) {
        this.#seq += 1;
        const frame = encodedFrame({ seq: this.#seq, payloadBytes: PAYLOAD_BYTES, capturedAt: now });
        this.delivery.offer(frame);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#acks[Symbol.dispose]();
  }
}

describe('frames that nobody measures', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['that say nothing', true],
    ['that are not asked', false],
  ])('are all but one of several, once viewers %s have taken all for a while', (_, asks) => {
    using viewer = new FollowedViewer(asks);
    viewer.delivery.limit({ measureEvery: 16 });
    viewer.runFor(5000);
    const before = viewer.sent.length;
    viewer.runFor(160 * INTERVAL_MS);
    const later = viewer.sent.slice(before);
    expect(later.length).toBeGreaterThanOrEqual(158);
    expect(later.filter(isMeasured => isMeasured)).toHaveLength(10);
  });

  it('let none follow a frame that has not arrived when the next is due, and go on when it has', () => {
    using viewer = new FollowedViewer(true);
    viewer.delivery.limit({ measureEvery: 16 });
    viewer.runFor(5000);
    viewer.lagMs = Infinity;
    viewer.runFor(INTERVAL_MS + 1);
    const stopped = viewer.sent.length;
    viewer.runFor(2000);
    expect(viewer.sent.length - stopped).toBeLessThanOrEqual(1);
    expect(viewer.delivery.waitedMs).toBeGreaterThan(1900);
    viewer.lagMs = 1;
    viewer.runFor(10 * INTERVAL_MS);
    expect(viewer.sent.length - stopped).toBeGreaterThanOrEqual(9);
  });

  it('are measured again at once when one lies unread', () => {
    using viewer = new FollowedViewer(true);
    viewer.delivery.limit({ measureEvery: 16 });
    viewer.runFor(5000);
    // What lies unread Linux acknowledges so late.
    viewer.windowBytes = WINDOW_BYTES - PAYLOAD_BYTES;
    viewer.lagMs = 40;
    viewer.runFor(2 * INTERVAL_MS);
    const stopped = viewer.sent.length;
    viewer.runFor(500);
    expect(viewer.sent.length - stopped).toBeLessThanOrEqual(1);
    viewer.windowBytes = WINDOW_BYTES;
    viewer.lagMs = 1;
    viewer.runFor(500);
    expect(viewer.sent.slice(stopped).length).toBeGreaterThan(5);
    expect(viewer.sent.slice(stopped, stopped + 4)).toEqual([true, true, true, true]);
  });

  it.each([
    ['that is asked', true],
    ['that is not', false],
  ])('never leave a viewer %s without pictures for good, whatever the kernel says and when', (_, asks) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const pick = (...values: number[]) => values[Math.floor(random() * values.length)] ?? 0;
      using viewer = new FollowedViewer(asks);
      for (let round = 0; round < 4; round += 1) {
        for (let step = 0; step < 30; step += 1) {
          viewer.delivery.limit({ measureEvery: pick(1, 2, 8, 16, 16, 16) });
          viewer.lagMs = pick(1, 1, 2, 10, 20, 34, 60, 150, Infinity);
          // A program that is asked has a pace of its own from then on, which is another matter.
          if (!asks) viewer.windowBytes = WINDOW_BYTES - pick(0, 0, 0, 0, PAYLOAD_BYTES, 4 * PAYLOAD_BYTES);
          if (random() < 0.1) viewer.delivery.look();
          viewer.runFor(Math.ceil(random() * 200));
        }
        viewer.lagMs = 1;
        viewer.windowBytes = WINDOW_BYTES;
        viewer.runFor(2000);
        const before = viewer.sent.length;
        viewer.runFor(2000);
        expect(viewer.sent.length - before, `seed ${seed}, round ${round}`).toBeGreaterThan(5);
      }
    }
  });
});
