import { describe, expect, it } from 'vitest';
import type { Ack } from '@framewire/shared/ack';
import {
  drawIntervalMs,
  drawn,
  FREE_PACE,
  viewerFps,
  type DrawPace,
} from '../../../../server/src/viewer/pace/draw-pace.js';
import { ack } from '../../fakes.js';

const taken = (now: number) => ({ frames: 1, isHeldUp: false, now });

/** A viewer that is sent `fps` frames, or as many as its pace allows, and draws `draws` of them a second. */
function watch(
  seconds: number,
  fps: number,
  draws: number,
  pace: DrawPace = FREE_PACE,
): { pace: DrawPace; sent: number } {
  let [sent, lastSentAt, drawable, state] = [0, -Infinity, 1, pace];
  for (let now = 0; now < seconds * 1000; now += 1000 / fps) {
    // One is being decoded, and the newest waits.
    drawable = Math.min(2, drawable + draws / fps);
    if (now - lastSentAt < drawIntervalMs(state, false) - 0.001) continue;
    lastSentAt = now;
    sent += 1;
    const isDrawn = drawable >= 0.999;
    if (isDrawn) drawable -= 1;
    state = drawn(state, ack(sent, { clientDropped: isDrawn ? 0 : 1 }), taken(now));
  }
  return { pace: state, sent };
}

describe('the pace of a screen', () => {
  it('is free for who draws all', () => {
    expect(watch(20, 30, 30).pace.intervalMs).toBe(0);
  });

  it('is free for who loses one now and then', () => {
    expect(watch(20, 30, 27).pace.intervalMs).toBe(0);
  });

  it('is what it draws for who draws five of thirty', () => {
    const { sent } = watch(60, 30, 5);
    expect(sent / 60).toBeGreaterThan(4);
    expect(sent / 60).toBeLessThan(9);
  });

  it('is free again some seconds after it draws all again', () => {
    const slow = watch(20, 30, 5).pace;
    expect(slow.intervalMs).toBeGreaterThan(100);
    expect(watch(60, 30, 30, { ...slow, since: 0 }).pace.intervalMs).toBe(0);
  });

  it('slows down for who has a queue of frames to decode', () => {
    let pace = FREE_PACE;
    for (let i = 0; i < 70; i += 1) {
      const queued: Partial<Ack> = { decodeQueue: 3 };
      pace = drawn(pace, ack(i, queued), taken(i * 33));
    }
    expect(pace.intervalMs).toBeGreaterThan(500);
  });

  it('is judged by frames, however few acknowledgements tell of them', () => {
    let pace = FREE_PACE;
    for (let i = 0; i < 40; i += 1)
      pace = drawn(pace, ack(i * 8, { clientDropped: 1 }), { ...taken(i * 267), frames: 8 });
    expect(pace.intervalMs).toBe(0);
  });

  it('is one a second for a page that nobody sees', () => {
    expect(drawIntervalMs(FREE_PACE, true)).toBe(1000);
    expect(drawIntervalMs(FREE_PACE, false)).toBe(0);
  });
});

describe('what a viewer takes, when it is the limit', () => {
  const held = (fps: number, share: number): DrawPace => {
    let pace = FREE_PACE;
    for (let i = 0; i < 5 * fps; i += 1) {
      pace = drawn(pace, ack(i), { ...taken((i * 1000) / fps), isHeldUp: i % 10 < share * 10 });
    }
    return pace;
  };

  it('is what it draws, when it throws the rest away', () => {
    const fps = viewerFps(watch(20, 30, 5).pace, 30);
    expect(fps).toBeGreaterThan(3);
    expect(fps).toBeLessThan(9);
  });

  it('is what comes, when it holds most of it up', () => {
    expect(viewerFps(held(10, 0.9), 30)).toBeCloseTo(10, 0);
  });

  it('is not told of a viewer that takes all there is, or that waits for its link', () => {
    expect(viewerFps(held(10, 0.9), 10)).toBeNull();
    expect(viewerFps(held(10, 0.2), 30)).toBeNull();
    expect(viewerFps(watch(20, 30, 30).pace, 30)).toBeNull();
    expect(viewerFps(FREE_PACE, 30)).toBeNull();
  });
});
