import { describe, expect, it } from 'vitest';
import { backlogSeen, backlogSent, isBacklogged, NO_BACKLOG } from '../../../server/src/viewer/backlog-pace.js';

const SOURCE_MS = 33;
/** Linux acknowledges what nobody reads after this, ... */
const DELAYED_ACK_MS = 42;
/** ... but at once at the beginning, and after a pause. */
const QUICK_ACKS = 16;
const PAUSE_MS = 204;

interface Reader {
  /** What its program takes for a picture at this time, ms. */
  stepMs: (now: number) => number;
  frameBytes?: number;
  /** Bytes that the kernel holds before its window shows it. */
  slack?: number;
  /** A library that reads ahead until it has more than this, and again once it has less than half. */
  aheadBytes?: number;
}

interface Taken {
  readonly at: number;
  readonly age: number;
}

/** A program on Linux: its socket, its library, and what the server's kernel sees of it. In steps of 1 ms. */
class FakeReader {
  readonly taken: Taken[] = [];
  readonly #socket: number[] = [];
  readonly #ahead: number[] = [];
  readonly #reader: Required<Reader>;
  #isPaused = false;
  #freeAt = 0;

  constructor({ frameBytes = 30_000, slack = 0, aheadBytes = 0, stepMs }: Reader) {
    this.#reader = { frameBytes, slack, aheadBytes, stepMs };
  }

  get isEmpty(): boolean {
    return this.#socket.length === 0;
  }

  get unread(): number {
    const { frameBytes, slack } = this.#reader;
    return Math.max(0, this.#socket.length - slack / frameBytes);
  }

  arrive(capturedAt: number): void {
    this.#socket.push(capturedAt);
  }

  run(now: number): void {
    this.#readAhead();
    if (now < this.#freeAt) return;
    const queue = this.#reader.aheadBytes > 0 ? this.#ahead : this.#socket;
    const capturedAt = queue.shift();
    if (capturedAt === undefined) return;
    this.taken.push({ at: now, age: now - capturedAt });
    this.#freeAt = now + this.#reader.stepMs(now);
    if (this.#ahead.length * this.#reader.frameBytes < this.#reader.aheadBytes / 2) this.#isPaused = false;
    this.#readAhead();
  }

  #readAhead(): void {
    const { aheadBytes, frameBytes } = this.#reader;
    if (aheadBytes === 0 || this.#isPaused) return;
    this.#ahead.push(...this.#socket.splice(0));
    this.#isPaused = this.#ahead.length * frameBytes > aheadBytes;
  }
}

function watch(reader: Reader, ms: number): Taken[] {
  const fake = new FakeReader(reader);
  let pace = NO_BACKLOG;
  let [picture, sentPicture, sentAt, quickAcks] = [0, -1, -Infinity, QUICK_ACKS];
  let ackAt: number | undefined;
  for (let now = 0; now < ms; now += 1) {
    if (now % SOURCE_MS === 0) picture = now;
    fake.run(now);
    if (picture > sentPicture && ackAt === undefined && pace.dueAt <= now) {
      if (now - sentAt > PAUSE_MS) quickAcks = QUICK_ACKS;
      ackAt = now + (quickAcks > 0 ? 1 : DELAYED_ACK_MS);
      quickAcks = Math.max(0, quickAcks - 1);
      [sentPicture, sentAt] = [picture, now];
      pace = backlogSent(pace, now);
      fake.arrive(picture);
    } else if (ackAt !== undefined && (now >= ackAt || fake.isEmpty)) {
      ackAt = undefined;
      pace = backlogSeen(pace, { at: now, frames: 1, unread: fake.unread, isLate: now - sentAt > 20 });
    }
  }
  return fake.taken;
}

const from = (start: number, end: number, taken: readonly Taken[]) => taken.filter(({ at }) => at >= start && at < end);
const most = (taken: readonly Taken[]) => Math.max(...taken.map(({ age }) => age));

describe('a program that says nothing and takes 5 pictures a second', () => {
  it.each([
    ['of which the window tells all', {}, 3000],
    ['of which the window hides a frame', { slack: 33_000 }, 6000],
    ['that takes large pictures', { frameBytes: 100_000, slack: 33_000 }, 3000],
    ['whose library reads 4 frames ahead', { aheadBytes: 131_072 }, 6000],
  ])('%s gets them, fresh', (_what, reader, settledAt) => {
    const taken = from(settledAt, 60_000, watch({ stepMs: () => 200, ...reader }, 60_000));
    expect(most(taken)).toBeLessThan(480);
    expect((1000 * taken.length) / (60_000 - settledAt)).toBeGreaterThan(4.2);
  });

  it('is never far behind, not even at first', () => {
    expect(most(watch({ stepMs: () => 200, slack: 33_000 }, 60_000))).toBeLessThan(800);
  });

  it('gets more as soon as it takes more', () => {
    const taken = watch({ stepMs: now => (now < 10_000 ? 200 : 10), slack: 33_000 }, 60_000);
    expect(from(50_000, 60_000, taken).length).toBeGreaterThan(10 * 25);
  });

  it('gets fewer when it takes fewer', () => {
    const taken = watch({ stepMs: now => (now < 10_000 ? 200 : 400) }, 30_000);
    expect(most(from(15_000, 30_000, taken))).toBeLessThan(800);
    expect(from(15_000, 30_000, taken).length).toBeGreaterThan(15 * 2.1);
  });

  it('and stops for 5 s goes on as before', () => {
    let stops = 1;
    const taken = watch({ stepMs: now => (now > 10_000 && stops-- > 0 ? 5000 : 200) }, 30_000);
    expect(most(from(17_000, 30_000, taken))).toBeLessThan(480);
    expect(from(17_000, 30_000, taken).length).toBeGreaterThan(13 * 4);
  });
});

describe('a program that takes all', () => {
  it.each([0, 131_072])('gets all (reads %i bytes ahead)', aheadBytes => {
    expect(watch({ stepMs: () => 5, aheadBytes }, 10_000).length).toBeGreaterThan(290);
  });

  it('gets all again soon after it stopped for once', () => {
    let stops = 1;
    const taken = watch({ stepMs: now => (now > 3000 && stops-- > 0 ? 300 : 5) }, 10_000);
    expect(from(6000, 10_000, taken).length).toBeGreaterThan(4 * 28);
  });

  it('is not held up by what arrives late over its link', () => {
    let pace = NO_BACKLOG;
    for (let at = 0; at < 10_000; at += 100) {
      pace = backlogSeen(backlogSent(pace, at), { at: at + 90, frames: 1, unread: 0, isLate: true });
    }
    expect(isBacklogged(pace)).toBe(false);
    expect(pace.dueAt).toBe(-Infinity);
  });
});
