import { describe, expect, it } from 'vitest';
import {
  askAt,
  backlogAnswered,
  backlogAsked,
  backlogSeen,
  backlogSent,
  isBacklogged,
  NO_BACKLOG,
  unreadUntil,
} from '../../../../server/src/viewer/pace/backlog-pace.js';
import { seededRandom } from '../../../support/random.js';

const SOURCE_MS = 33;
/** What was asked is looked at after this, ms, and what the reader's kernel has to be asked for first as long. */
const LOOK_MS = 30;
/** Linux begins by acknowledging at once, whoever waits. */
const QUICK = 3;

interface Reader {
  readonly stepMs: (now: number) => number;
  /** How often its kernel acknowledges at once what nobody waits for, when it is asked first after a frame. */
  readonly quickShare?: number;
  /** It never does so, nor when its program waits. */
  readonly isMute?: boolean;
}

/** A program of which nobody knows what lies unread, but whether its kernel acknowledges a few bytes at once. Steps of 1 ms. */
function watch({ stepMs, quickShare = 0, isMute = false }: Reader, ms: number) {
  const random = seededRandom(3);
  const taken: { at: number; age: number }[] = [];
  const unread: number[] = [];
  let pace = NO_BACKLOG;
  let [picture, sentPicture, freeAt, questions, heldMs] = [0, -1, 0, 0, 0];
  let isFirst = true;
  let asked: { at: number; wasRead: boolean } | undefined;
  for (let now = 0; now < ms; now += 1) {
    if (now % SOURCE_MS === 0) picture = now;
    const isWaiting = now >= freeAt && unread.length === 0;
    const next = now < freeAt ? undefined : unread.shift();
    if (next !== undefined) {
      taken.push({ at: now, age: now - next });
      freeAt = now + stepMs(now);
    }
    if (asked !== undefined) {
      asked = { at: asked.at, wasRead: asked.wasRead || isWaiting };
      if (now >= asked.at + LOOK_MS) {
        const isPrompt = !isMute && (questions <= QUICK || asked.wasRead || (isFirst && random() < quickShare));
        [asked, isFirst] = [undefined, false];
        pace = backlogAnswered(pace, { at: now, unreadBytes: undefined, lateMs: isPrompt ? 0 : Infinity }, 1);
      }
    }
    if (unreadUntil(pace) > now) heldMs += 1;
    if (picture > sentPicture && unreadUntil(pace) <= now) {
      sentPicture = picture;
      pace = backlogSent(pace, { now });
      unread.push(picture);
      isFirst = true;
      pace = backlogSeen(pace, { at: now, frames: 1, unreadBytes: undefined }, 1);
    } else if (askAt(pace) <= now) {
      pace = backlogAsked(pace);
      questions += 1;
      asked = { at: now, wasRead: false };
    }
  }
  return { taken, questions, heldMs, pace };
}

const from = (start: number, taken: readonly { at: number; age: number }[]) => taken.filter(({ at }) => at >= start);
const most = (taken: readonly { at: number; age: number }[]) => Math.max(...taken.map(({ age }) => age));

describe('a program whose unread pictures nobody sees', () => {
  it.each([200, 500, 1000])('and takes %i ms for one gets them fresh', stepMs => {
    const { taken } = watch({ stepMs: () => stepMs }, 60_000);
    expect(most(taken)).toBeLessThan(3 * stepMs);
    expect(most(from(5000, taken))).toBeLessThan(stepMs);
    expect((from(5000, taken).length * 1000) / 55_000).toBeGreaterThan((0.9 * 1000) / stepMs);
  });

  it.each([200, 500, 1000])('gets them nearly as fresh when half of the first answers mislead (%i ms)', stepMs => {
    const { taken } = watch({ stepMs: () => stepMs, quickShare: 0.5 }, 60_000);
    const ages = from(5000, taken).map(({ age }) => age);
    expect(ages.filter(age => age > 2 * stepMs).length).toBeLessThan(ages.length / 10);
    expect((ages.length * 1000) / 55_000).toBeGreaterThan((0.9 * 1000) / stepMs);
  });

  it.each([20, 40, 60, 100])(
    'that is busy for %i ms with one gets nearly as many as it takes, and fresh ones',
    stepMs => {
      const { taken } = watch({ stepMs: () => stepMs, quickShare: 0.3 }, 60_000);
      const ages = from(5000, taken).map(({ age }) => age);
      expect((ages.length * 1000) / 55_000).toBeGreaterThan(0.8 * Math.min(1000 / SOURCE_MS, 1000 / stepMs));
      expect(ages.filter(age => age > 500).length).toBeLessThan(ages.length / 10);
    },
  );

  it('gets all of them when it takes all that come, and is seldom asked', () => {
    const { taken, questions, heldMs, pace } = watch({ stepMs: () => 5 }, 60_000);
    expect(taken.length).toBeGreaterThan(0.95 * (60_000 / SOURCE_MS));
    expect(most(taken)).toBeLessThan(2 * SOURCE_MS);
    expect(questions).toBeLessThan(5 * 60);
    expect(heldMs).toBeLessThan(60_000 / 6);
    expect(isBacklogged(pace)).toBe(false);
  });

  it('is found out when it becomes slow, and let go when it becomes fast', () => {
    const { taken } = watch({ stepMs: now => (now > 10_000 && now < 20_000 ? 200 : 5) }, 40_000);
    expect(most(taken)).toBeLessThan(3000);
    expect(most(from(14_000, taken))).toBeLessThan(600);
    expect(from(22_000, taken).length).toBeGreaterThan(0.9 * (18_000 / SOURCE_MS));
  });

  it('is not asked for ever when its kernel never answers at once after it did', () => {
    const first = backlogAnswered(
      backlogAsked(backlogSeen(NO_BACKLOG, { at: 0, frames: 1, unreadBytes: undefined }, 1)),
      { at: 30, unreadBytes: undefined, lateMs: 0 },
      1,
    );
    expect(first.isQuick).toBe(true);
    let pace = backlogSeen(first, { at: 40, frames: 1, unreadBytes: undefined }, 1);
    let now = 40;
    while (unreadUntil(pace) > now && now < 60_000) {
      now = Math.max(now + LOOK_MS, askAt(pace));
      pace = backlogAnswered(backlogAsked(pace), { at: now, unreadBytes: undefined, lateMs: Infinity }, 1);
    }
    expect(now).toBeLessThan(8000);
    pace = backlogSeen(pace, { at: now + 1000, frames: 1, unreadBytes: undefined }, 1);
    expect(askAt(pace)).toBe(Infinity);
    expect(unreadUntil(pace)).toBeLessThan(now);
  });

  it('is left alone when its kernel never answers at once', () => {
    const { taken } = watch({ stepMs: () => 5, isMute: true }, 10_000);
    expect(taken.length).toBeGreaterThan(0.9 * (10_000 / SOURCE_MS));
  });

  it('waits while what went before is still on its way, and is not called slow', () => {
    let pace = backlogSeen(NO_BACKLOG, { at: 0, frames: 1, unreadBytes: undefined }, 1);
    for (const at of [30, 60, 90]) {
      pace = backlogAnswered(backlogAsked(pace), { at, unreadBytes: undefined, lateMs: undefined }, 1);
      expect(unreadUntil(pace)).toBe(Infinity);
      expect(isBacklogged(pace)).toBe(false);
    }
    pace = backlogAnswered(backlogAsked(pace), { at: 120, unreadBytes: undefined, lateMs: 0 }, 1);
    expect(unreadUntil(pace)).toBeLessThan(120);
  });
});
