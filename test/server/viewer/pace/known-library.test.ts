import { describe, expect, it } from 'vitest';
import {
  askAt,
  backlogAnswered,
  backlogAsked,
  backlogSeen,
  backlogSent,
  NO_BACKLOG,
  soughtBytes,
  unreadUntil,
} from '../../../../server/src/viewer/pace/backlog-pace.js';

const SOURCE_MS = 33;
/** How long it takes at least to see what lies unread. */
const LOOK_MS = 40;
/** aiohttp reads on while it holds no more than this, and again once it holds less than half. */
const AHEAD_BYTES = 131_072;

interface Frame {
  readonly capturedAt: number;
  readonly bytes: number;
}

const bytesOf = (frames: readonly Frame[]) => frames.reduce((sum, { bytes }) => sum + bytes, 0);

/** A program behind aiohttp on the server's machine, in steps of 1 ms. */
function watch(stepMs: (now: number) => number, { frameBytes = 24_000, ms = 60_000 } = {}) {
  let [pace, picture, sentPicture, freeAt, isPaused, padded] = [NO_BACKLOG, 0, -1, 0, false, 0];
  let look: { readonly at: number; readonly isAsked: boolean } | undefined;
  const [socket, library, taken]: [Frame[], Frame[], { at: number; age: number }[]] = [[], [], []];
  const readAhead = () => {
    if (bytesOf(library) < AHEAD_BYTES / 2) isPaused = false;
    while (!isPaused && socket.length > 0) {
      library.push(...socket.splice(0, 1));
      isPaused = bytesOf(library) > AHEAD_BYTES;
    }
  };
  for (let now = 0; now < ms; now += 1) {
    if (now % SOURCE_MS === 0) picture = now;
    readAhead();
    const [next] = now < freeAt ? [] : library.splice(0, 1);
    if (next !== undefined) {
      taken.push({ at: now, age: now - next.capturedAt });
      freeAt = now + stepMs(now);
    }
    if (look !== undefined && now >= look.at) {
      const unreadBytes = bytesOf(socket);
      look = undefined;
      pace = backlogAnswered(pace, { at: now, unreadBytes, lateMs: 0 }, frameBytes);
    }
    if (picture > sentPicture && unreadUntil(pace) <= now) {
      sentPicture = picture;
      pace = backlogSent(pace, { now, readsAhead: true, rate: 12 });
      const bytes = Math.max(frameBytes, soughtBytes(pace));
      if (bytes > frameBytes) padded += 1;
      socket.push({ capturedAt: picture, bytes });
      readAhead();
      pace = backlogSeen(pace, { at: now, frames: 1, unreadBytes: bytesOf(socket) }, frameBytes);
    } else if (askAt(pace) <= now) {
      pace = backlogAsked(pace);
      look = { at: now + LOOK_MS, isAsked: true };
    }
  }
  return { taken, padded };
}

const ages = (taken: readonly { at: number; age: number }[], from = 0) =>
  taken.filter(({ at }) => at >= from).map(({ age }) => age);

describe('a program behind a library that is known to read ahead', () => {
  it.each([
    [200, 24_000],
    [200, 4000],
    [500, 24_000],
    [500, 4000],
    [200, 160_000],
  ])('and takes a picture every %i ms (of %i bytes) gets them, none older than two steps', (stepMs, frameBytes) => {
    const { taken, padded } = watch(() => stepMs, { frameBytes, ms: 300_000 });
    expect(Math.max(...ages(taken))).toBeLessThan(2 * stepMs + LOOK_MS);
    expect(taken.length).toBeGreaterThan((0.9 * 300_000) / stepMs);
    expect(padded).toBeLessThan(80);
  });

  it('is never far behind for long when it becomes slower', () => {
    const { taken } = watch(now => (now < 20_000 ? 200 : 300));
    expect(Math.max(...ages(taken))).toBeLessThan(8 * 300);
    expect(Math.max(...ages(taken, 30_000))).toBeLessThan(650);
  });

  it('soon has its own pace again when its machine was busy while that was measured', () => {
    const { taken } = watch(now => (now < 2000 ? 400 : 200));
    expect(taken.filter(({ at }) => at > 20_000).length).toBeGreaterThan(40 * 4.5);
  });

  it('gets all when it takes all, and few padded', () => {
    const { taken, padded } = watch(() => 5, { ms: 10_000 });
    expect(taken.length).toBeGreaterThan(290);
    expect(padded).toBeLessThan(10);
  });
});
