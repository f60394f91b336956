import { describe, expect, it } from 'vitest';
import {
  asked,
  FREE_READER,
  reached,
  read,
  readableAt,
  type ReaderPace,
} from '../../../../server/src/viewer/pace/reader-pace.js';

/** A picture every so many ms, and from its sending until it has arrived. */
const SOURCE_MS = 33;
const DELAY_MS = 2;

interface Reader {
  /** What its program takes for a picture at this time, ms. */
  stepMs: (now: number) => number;
  /** Pictures that its library reads ahead while the program works; 0: the library reads only when the program waits. */
  queue: number;
  answers?: boolean;
  /** How long its machine is busy with something else at first, ms. */
  heldUpMs?: number;
  /** From its reading a frame until that is known, longer than a kernel's word, as behind a proxy, ms. */
  wayMs?: number;
}

interface Taken {
  readonly at: number;
  readonly age: number;
}

/** Runs a source, the policy and a reader in steps of 1 ms. */
function watch({ stepMs, queue, answers = true, heldUpMs = 0, wayMs = 0 }: Reader, ms: number): Taken[] {
  let pace: ReaderPace = FREE_READER;
  let [seq, freeAt, sentAt] = [0, heldUpMs, 0];
  const flying: { seq: number; at: number }[] = [];
  const socket: { seq: number; at: number }[] = [];
  const queued: { seq: number; at: number }[] = [];
  const pongs: { seq: number; at: number }[] = [];
  const taken: Taken[] = [];
  for (let now = 0; now < ms; now += 1) {
    if (now >= sentAt && readableAt(pace, now) <= now) {
      flying.push({ seq: (seq += 1), at: now });
      pace = asked(pace, seq, now);
      sentAt = Math.ceil((now + 1) / SOURCE_MS) * SOURCE_MS;
    }
    for (let next = flying[0]; next !== undefined && now >= next.at + DELAY_MS; next = flying[0]) {
      socket.push(...flying.splice(0, 1));
      pace = reached(pace, next.seq, now);
    }
    const isWaiting = now >= freeAt;
    if (queue === 0 ? isWaiting && queued.length === 0 : queued.length < queue && now >= heldUpMs) {
      // While the program blocks the library as well, all that has come is read as soon as it waits.
      for (const next of socket.splice(0, queue === 0 ? Infinity : 1)) {
        queued.push(next);
        if (answers) pongs.push({ seq: next.seq, at: now + wayMs });
      }
    }
    for (const pong of pongs.splice(0, pongs.filter(({ at }) => at <= now).length)) pace = read(pace, pong.seq, now);
    const [next] = isWaiting ? queued.splice(0, 1) : [];
    if (next === undefined) continue;
    taken.push({ at: now, age: now - next.at });
    freeAt = now + stepMs(now);
  }
  return taken;
}

const from = (start: number, end: number, taken: readonly Taken[]) => taken.filter(({ at }) => at >= start && at < end);
const most = (taken: readonly Taken[]) => Math.max(...taken.map(({ age }) => age));

describe('a program that takes 5 pictures a second', () => {
  it.each([
    ['reads only when it waits', 0, 1000],
    ['has a queue of one', 1, 1000],
    ['has a queue of 16', 16, 8000],
    ['has a queue of 32', 32, 12_000],
  ])('and %s gets them, fresh, for ever', (_what, queue, settledAt) => {
    const taken = from(settledAt, 60_000, watch({ stepMs: () => 200, queue }, 60_000));
    expect(most(taken)).toBeLessThan(300);
    expect((1000 * taken.length) / (60_000 - settledAt)).toBeGreaterThan(4.7);
  });

  it.each([
    [0, 450],
    [0, 1500],
    [1, 450],
    [1, 1500],
  ])('is not far behind when its machine was busy at first (queue of %i, %i ms)', (queue, heldUpMs) => {
    const [, ...taken] = watch({ stepMs: () => 200, queue, heldUpMs }, 20_000);
    expect(most(taken)).toBeLessThan(heldUpMs + 300);
    expect(most(from(heldUpMs + 1000, 10_000, taken))).toBeLessThan(650);
    expect(most(from(10_000, 20_000, taken))).toBeLessThan(300);
    expect(taken.length).toBeGreaterThan((4.5 * (20_000 - heldUpMs)) / 1000);
  });

  it.each([0, 1])('gets more as soon as it takes more (queue of %i)', queue => {
    const stepMs = (now: number) => (now < 10_000 ? 200 : 10);
    const taken = from(16_000, 20_000, watch({ stepMs, queue }, 20_000));
    expect(taken.length).toBeGreaterThan(4 * 28);
  });

  it.each([0, 1])('and stops for 5 s goes on as before (queue of %i)', queue => {
    let stops = 1;
    const stepMs = (now: number) => (now > 10_000 && stops-- > 0 ? 5000 : 200);
    const taken = from(15_500, 20_500, watch({ stepMs, queue }, 30_000));
    expect(taken.length / 5).toBeGreaterThan(4.5);
    expect(most(taken)).toBeLessThan(400);
  });

  it('that becomes slower behind a queue of 32 is left behind once, and caught up with', () => {
    const stepMs = (now: number) => (now < 20_000 ? 200 : 240);
    const taken = watch({ stepMs, queue: 32 }, 120_000);
    expect(most(from(12_000, 20_000, taken))).toBeLessThan(300);
    expect(most(from(20_000, 120_000, taken))).toBeLessThan(33 * 240);
    expect(most(from(90_000, 120_000, taken))).toBeLessThan(480);
  });

  it('behind a queue is asked anew ever less often whether it takes more', () => {
    const taken = watch({ stepMs: () => 200, queue: 32 }, 600_000);
    const old = taken.filter(({ at, age }) => at > 12_000 && age > 400).length;
    expect(old / taken.length).toBeLessThan(0.15);
  });
});

describe('a program that takes all', () => {
  it.each([0, 1, 32])('gets all (queue of %i)', queue => {
    expect(watch({ stepMs: () => 5, queue }, 10_000).length).toBeGreaterThan(300);
  });

  it('gets all within a second over a long path', () => {
    const taken = watch({ stepMs: () => 5, queue: 0, wayMs: 150 }, 10_000);
    expect(from(1200, 10_000, taken).length).toBeGreaterThan(8.8 * 29);
  });

  it('gets all, after three seconds, when its library never answers a ping', () => {
    const taken = watch({ stepMs: () => 5, queue: 0, answers: false }, 10_000);
    expect(from(0, 3000, taken)).toHaveLength(1);
    expect(from(3100, 10_000, taken).length).toBeGreaterThan(205);
  });
});

describe('pongs', () => {
  it('that nobody asked for tell nothing', () => {
    expect(read(FREE_READER, 7, 100)).toBe(FREE_READER);
    const pace = asked(FREE_READER, 1, 0);
    expect(read(pace, 2, 100)).toBe(pace);
  });

  it('cover all frames before theirs', () => {
    let pace = asked(asked(asked(FREE_READER, 1, 0), 2, 10), 3, 20);
    pace = read(pace, 2, 30);
    expect(pace.unread.map(({ seq }) => seq)).toEqual([3]);
  });

  it('that never come fill no memory', () => {
    let pace = FREE_READER;
    for (let seq = 0; seq < 2000; seq += 1) pace = asked(pace, seq, seq);
    expect(pace.unread.length).toBeLessThan(300);
    expect(pace.unread.at(-1)?.seq).toBe(1999);
  });
});
