import { describe, expect, it } from 'vitest';
import {
  askAt,
  backlogAnswered,
  backlogAsked,
  backlogSeen,
  backlogSent,
  NO_BACKLOG,
  unreadUntil,
} from '../../../../server/src/viewer/pace/backlog-pace.js';

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

interface Watched {
  readonly taken: readonly Taken[];
  readonly questions: number;
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

function watch(reader: Reader, ms: number): Watched {
  const fake = new FakeReader(reader);
  let pace = NO_BACKLOG;
  let [picture, sentPicture, sentAt, quickAcks, questions] = [0, -1, -Infinity, QUICK_ACKS, 0];
  /** What is on its way, and when the kernel acknowledges all of it unless it is read before. */
  let [frames, asked, ackAt] = [0, false, Infinity];
  const send = (now: number) => {
    if (now - sentAt > PAUSE_MS) quickAcks = QUICK_ACKS;
    if (ackAt === Infinity) ackAt = now + (quickAcks > 0 ? 1 : DELAYED_ACK_MS);
    quickAcks = Math.max(0, quickAcks - 1);
    sentAt = now;
  };
  for (let now = 0; now < ms; now += 1) {
    if (now % SOURCE_MS === 0) picture = now;
    fake.run(now);
    if (now > sentAt && (now >= ackAt || (ackAt < Infinity && fake.isEmpty))) {
      ackAt = Infinity;
      const { unread } = fake;
      if (frames > 0) pace = backlogSeen(pace, { at: now, frames, unreadBytes: unread }, 1);
      if (asked) pace = backlogAnswered(pace, { at: now, unreadBytes: unread, lateMs: now - sentAt }, 1);
      [frames, asked] = [0, false];
    }
    if (picture > sentPicture && frames === 0 && unreadUntil(pace) <= now) {
      sentPicture = picture;
      pace = backlogSent(pace, { now });
      frames += 1;
      fake.arrive(picture);
      send(now);
    } else if (askAt(pace) <= now) {
      pace = backlogAsked(pace);
      questions += 1;
      asked = true;
      if (fake.isEmpty) ackAt = now + 1;
      send(now);
    }
  }
  return { taken: fake.taken, questions };
}

const from = (start: number, end: number, taken: readonly Taken[]) => taken.filter(({ at }) => at >= start && at < end);
const most = (taken: readonly Taken[]) => Math.max(...taken.map(({ age }) => age));

describe('a program that says nothing and takes 5 pictures a second', () => {
  it.each([
    ['of which the window tells all', {}, 1000],
    ['of which the window hides a frame', { slack: 33_000 }, 1000],
    ['that takes large pictures', { frameBytes: 100_000, slack: 33_000 }, 1000],
    ['whose library reads 4 frames ahead', { aheadBytes: 131_072 }, 4000],
    ['whose library reads 33 frames ahead', { frameBytes: 4000, aheadBytes: 131_072 }, 20_000],
  ])('%s gets them, fresh', (_what, reader, settledAt) => {
    const taken = from(settledAt, 60_000, watch({ stepMs: () => 200, ...reader }, 60_000).taken);
    expect(most(taken)).toBeLessThan(400);
    expect((1000 * taken.length) / (60_000 - settledAt)).toBeGreaterThan(4.5);
  });

  it('and whose library reads ahead is looked at ever more seldom, since that makes pictures old', () => {
    const { taken } = watch({ stepMs: () => 200, frameBytes: 4000, aheadBytes: 131_072 }, 300_000);
    expect(most(from(60_000, 100_000, taken))).toBeGreaterThan(1000);
    expect(most(from(100_000, 300_000, taken))).toBeLessThan(400);
  });

  it('is never far behind, not even at first', () => {
    expect(most(watch({ stepMs: () => 200, slack: 33_000 }, 60_000).taken)).toBeLessThan(600);
  });

  it('is asked seldom while it stands still', () => {
    expect(watch({ stepMs: () => 60_000 }, 60_000).questions).toBeLessThan(200);
  });

  it('gets more as soon as it takes more', () => {
    const { taken } = watch({ stepMs: now => (now < 10_000 ? 200 : 10), slack: 33_000 }, 60_000);
    expect(from(11_000, 60_000, taken).length).toBeGreaterThan(49 * 29);
  });

  it('gets fewer when it takes fewer', () => {
    const { taken } = watch({ stepMs: now => (now < 10_000 ? 200 : 400) }, 30_000);
    expect(most(from(11_000, 30_000, taken))).toBeLessThan(800);
    expect(from(11_000, 30_000, taken).length).toBeGreaterThan(19 * 2.3);
  });

  it('and stops for 5 s goes on as before', () => {
    let stops = 1;
    const { taken } = watch({ stepMs: now => (now > 10_000 && stops-- > 0 ? 5000 : 200) }, 30_000);
    expect(most(from(16_000, 30_000, taken))).toBeLessThan(400);
    expect(from(16_000, 30_000, taken).length).toBeGreaterThan(14 * 4.5);
  });
});

describe('a program that takes all', () => {
  it.each([0, 131_072])('gets all, and is asked nothing (reads %i bytes ahead)', aheadBytes => {
    const { taken, questions } = watch({ stepMs: () => 5, aheadBytes }, 10_000);
    expect(taken.length).toBeGreaterThan(300);
    expect(questions).toBe(0);
  });

  it('gets all again soon after it stopped for once', () => {
    let stops = 1;
    const { taken } = watch({ stepMs: now => (now > 3000 && stops-- > 0 ? 300 : 5) }, 10_000);
    expect(from(3400, 10_000, taken).length).toBeGreaterThan(6.6 * 29);
  });
});

it('is not waited for in vain whose kernel acknowledges late what was read', () => {
  let pace = backlogSeen(NO_BACKLOG, { at: 0, frames: 2, unreadBytes: 2 }, 1);
  expect(unreadUntil(pace)).toBe(Infinity);
  pace = backlogAnswered(backlogAsked(pace), { at: 50, unreadBytes: 2, lateMs: 45 }, 1);
  expect(unreadUntil(pace)).toBe(Infinity);
  pace = backlogAnswered(backlogAsked(pace), { at: 100, unreadBytes: 0, lateMs: 45 }, 1);
  expect(unreadUntil(pace)).toBeLessThan(100);
});
