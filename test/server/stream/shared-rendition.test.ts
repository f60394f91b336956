import { describe, expect, it } from 'vitest';
import { SharedRendition, type RenditionMember } from '../../../server/src/stream/shared-rendition.js';
import type { EncodedFrame } from '../../../server/src/frames.js';
import { seededRandom } from '../../support/random.js';
import { encodedFrame } from '../fakes.js';

const SPEC = { codec: 'jpeg', width: 64, height: 36, quality: 30 } as const;

class Member implements RenditionMember {
  fps: number;
  isReady: boolean;
  readonly keepsSize = false;
  readonly frames: EncodedFrame[] = [];
  onFrame: () => void = () => undefined;

  constructor(fps = Infinity, isReady = true) {
    this.fps = fps;
    this.isReady = isReady;
  }

  deliver(frame: EncodedFrame): void {
    this.frames.push(frame);
    this.onFrame();
  }
}

function renditionOf(...members: readonly Member[]) {
  const demands: number[] = [];
  const rendition = new SharedRendition(3, SPEC, fps => demands.push(fps));
  members.forEach(member => rendition.join(member));
  const setReady = (member: Member, isReady: boolean) => {
    member.isReady = isReady;
    rendition.readinessChanged(member);
  };
  return { rendition, demands, setReady };
}

describe('a shared rendition', () => {
  it('gives the same frame to all', () => {
    const members = [new Member(), new Member(), new Member()];
    const { rendition } = renditionOf(...members);
    const frame = encodedFrame();
    rendition.deliver(frame);
    for (const { frames } of members) expect(frames).toEqual([frame]);
    for (const { frames } of members) expect(frames[0]).toBe(frame);
  });

  it('starts with another member each time, so that nobody is always the last', () => {
    const order: number[] = [];
    const members = [0, 1, 2].map(i => {
      const member = new Member();
      member.onFrame = () => order.push(i);
      return member;
    });
    const { rendition } = renditionOf(...members);
    for (let i = 0; i < 6; i += 1) rendition.deliver(encodedFrame());
    const rounds = [0, 3, 6, 9, 12, 15].map(start => order.slice(start, start + 3));
    // Each has been the first, the second and the last equally often.
    for (const place of [0, 1, 2]) {
      expect(rounds.map(round => round[place]).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 0, 1, 1, 2, 2]);
    }
  });

  it('asks for the highest rate that a ready member wants, and tells changes only', () => {
    const [slow, fast, all] = [new Member(5, false), new Member(20, false), new Member(Infinity, false)];
    const { demands, setReady } = renditionOf(slow, fast, all);
    expect(demands).toEqual([]);
    setReady(slow, true);
    setReady(fast, true);
    setReady(all, true);
    setReady(slow, false);
    setReady(all, false);
    setReady(fast, false);
    expect(demands).toEqual([5, 20, Infinity, 20, 0]);
  });

  it('goes on asking while one of two alike is ready', () => {
    const [one, other] = [new Member(20), new Member(20)];
    const { demands, setReady } = renditionOf(one, other);
    setReady(one, false);
    expect(demands).toEqual([20]);
    setReady(other, false);
    expect(demands).toEqual([20, 0]);
  });

  it('asks for nothing more when its members have left, ready or not', () => {
    const [ready, idle] = [new Member(20), new Member(30, false)];
    const { rendition, demands } = renditionOf(ready, idle);
    rendition.leave(idle);
    rendition.leave(ready);
    expect(demands).toEqual([20, 0]);
    expect(rendition.members).toBe(0);
    // Who has left already changes nothing.
    rendition.leave(ready);
    expect(demands).toEqual([20, 0]);
  });

  it('gives a frame to everybody once, also when members leave while it is given', () => {
    const members = Array.from({ length: 5 }, () => new Member());
    const { rendition } = renditionOf(...members);
    members.forEach(member => {
      member.onFrame = () => rendition.leave(member);
    });
    rendition.deliver(encodedFrame());
    expect(members.map(({ frames }) => frames.length)).toEqual([1, 1, 1, 1, 1]);
    expect(rendition.members).toBe(0);
    rendition.deliver(encodedFrame());
    expect(members[0]?.frames).toHaveLength(1);
  });

  it('always asks for the highest rate of those who are ready, whatever happens in whatever order', () => {
    const random = seededRandom(3);
    const members: Member[] = [];
    const { rendition, demands, setReady } = renditionOf();
    for (let step = 0; step < 3000; step += 1) {
      const member = members[Math.floor(random() * members.length)];
      const what = random();
      if (what < 0.2 || member === undefined) {
        const joined = new Member([1, 5, 12.5, 30, Infinity][Math.floor(random() * 5)], random() < 0.5);
        members.push(joined);
        rendition.join(joined);
      } else if (what < 0.4) {
        members.splice(members.indexOf(member), 1);
        rendition.leave(member);
      } else {
        setReady(member, !member.isReady);
      }
      const wanted = Math.max(0, ...members.filter(({ isReady }) => isReady).map(({ fps }) => fps));
      if ((demands.at(-1) ?? 0) !== wanted) throw new Error(`Step ${step}: ${demands.at(-1)} in place of ${wanted}.`);
    }
    expect(demands.length).toBeGreaterThan(100);
    expect(demands.every((demand, i) => demand !== demands[i - 1])).toBe(true);
  });
});
