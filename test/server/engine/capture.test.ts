import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Capture, type CaptureOptions } from '../../../server/src/engine/capture.js';
import { FramewireError } from '../../../server/src/errors.js';
import type { RawFrame } from '../../../server/src/frames.js';
import type { Source } from '../../../server/src/source/source.js';
import { FakeSource } from './fake-source.js';

// Vitest's clock knows the global timers only.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) =>
    new Promise(resolve => {
      setTimeout(resolve, ms);
    }),
}));

const UNPLUGGED = new FramewireError('source-unplugged', 'Camera /dev/video0 is gone.', 'Plug it in again.');

/** A capture whose sources are opened one after the other from a list; without one left, opening fails. */
function captureFrom(sources: (Source | Error | Promise<never>)[], longestBackoffMs = 10_000) {
  const states: Parameters<CaptureOptions['onState']>[0][] = [];
  const seqs: number[] = [];
  const hangs: FramewireError[] = [];
  const frames: RawFrame[] = [];
  const openedAt: number[] = [];
  const capture = new Capture({
    open: () => {
      openedAt.push(Date.now());
      const next = sources.shift() ?? UNPLUGGED;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    longestBackoffMs,
    onState: state => states.push(state),
    onFrame: frame => {
      seqs.push(frame.seq);
      frames.push(frame);
    },
    onHang: error => hangs.push(error),
  });
  void capture.run();
  return { capture, states, seqs, frames, hangs, openedAt };
}

/** Lets all that is due now run, and no time pass. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function give(source: FakeSource, count = 1): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await settle();
    source.give();
  }
  await settle();
}

describe('capture', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is starting until the first picture, and live with it', async () => {
    const source = new FakeSource();
    const { states } = captureFrom([source]);
    await settle();
    expect(states).toEqual([{ state: 'starting' }]);
    await give(source);
    expect(states).toEqual([{ state: 'starting' }, { state: 'live', info: source.info }]);
  });

  it('tells of another size with the picture that has it, and once', async () => {
    const source = new FakeSource();
    const { states } = captureFrom([source]);
    await give(source, 2);
    const before = source.info;
    source.info = { ...before, width: 320 };
    await give(source, 2);
    expect(states).toEqual([
      { state: 'starting' },
      { state: 'live', info: before },
      { state: 'live', info: source.info },
    ]);
  });

  it('numbers pictures from 1, tells of each once, and keeps only the newest', async () => {
    const source = new FakeSource();
    const { capture, seqs } = captureFrom([source]);
    await give(source, 3);
    expect(seqs).toEqual([1, 2, 3]);
    expect(capture.captured).toBe(3);
    expect(capture.newest?.seq).toBe(3);
    expect(source.pictures.map(({ freed }) => freed)).toEqual([1, 1, 0]);
  });

  it('leaves a picture that somebody retains until that one releases it', async () => {
    const source = new FakeSource();
    const { frames } = captureFrom([source]);
    await give(source);
    const kept = frames[0]?.retain();
    await give(source);
    expect(source.pictures[0]?.freed).toBe(0);
    kept?.release();
    expect(source.pictures[0]?.freed).toBe(1);
  });

  it('frees its newest picture before it closes the source, and each exactly once', async () => {
    const source = new FakeSource();
    const { capture } = captureFrom([source]);
    await give(source, 2);
    source.fail(UNPLUGGED);
    await settle();
    expect(source.heldAtClose).toBe(0);
    expect(capture.newest).toBeUndefined();
    expect(source.pictures.map(({ freed }) => freed)).toEqual([1, 1]);
  });

  it('says why the source was lost, and stays lost until pictures come again', async () => {
    const [first, second] = [new FakeSource(), new FakeSource()];
    const { states, seqs } = captureFrom([first, second]);
    await give(first);
    first.fail(UNPLUGGED);
    await settle();
    const lost = {
      state: 'lost',
      code: 'source-unplugged',
      reason: 'Camera /dev/video0 is gone.',
      hint: 'Plug it in again.',
    };
    expect(states.slice(2)).toEqual([lost]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(states.slice(3)).toEqual([]);
    await give(second);
    expect(states.slice(3)).toEqual([{ state: 'live', info: second.info }]);
    // Numbers go on, so that no frame is taken for an older one.
    expect(seqs).toEqual([1, 2]);
  });

  it('stays lost as well while a source that never opened is tried again', async () => {
    const { states } = captureFrom([UNPLUGGED, UNPLUGGED]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(states.map(({ state }) => state)).toEqual(['starting', 'lost', 'lost']);
  });

  it('opens again with back-off, and from its start after pictures came for 10 s', async () => {
    const source = new FakeSource();
    const { openedAt } = captureFrom([UNPLUGGED, UNPLUGGED, UNPLUGGED, source]);
    const start = Date.now();
    await vi.advanceTimersByTimeAsync(7000);
    expect(openedAt.map(at => at - start)).toEqual([0, 1000, 3000, 7000]);
    await give(source);
    for (let i = 0; i < 4; i += 1) {
      await vi.advanceTimersByTimeAsync(2500);
      await give(source);
    }
    source.fail(UNPLUGGED);
    await vi.advanceTimersByTimeAsync(3000);
    expect(openedAt.slice(4).map(at => at - start)).toEqual([18_000, 20_000]);
  });

  it('opens ever later what gives a picture each time and ends', async () => {
    const sources = Array.from({ length: 4 }, () => new FakeSource());
    const { openedAt } = captureFrom([...sources]);
    const start = Date.now();
    for (const [i, source] of sources.entries()) {
      await give(source);
      source.fail(UNPLUGGED);
      await vi.advanceTimersByTimeAsync(1000 * 2 ** i);
    }
    expect(openedAt.map(at => at - start)).toEqual([0, 1000, 3000, 7000, 15_000]);
  });

  it('waits no longer than it was told', async () => {
    const { openedAt } = captureFrom([], 2000);
    const start = Date.now();
    await vi.advanceTimersByTimeAsync(7000);
    expect(openedAt.map(at => at - start)).toEqual([0, 1000, 3000, 5000, 7000]);
  });

  it('takes a source that gives nothing for 5 s for stalled', async () => {
    const [first, second] = [new FakeSource(), new FakeSource()];
    const { states } = captureFrom([first, second]);
    await give(first);
    await vi.advanceTimersByTimeAsync(4999);
    expect(first.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(first.isClosed).toBe(true);
    expect(states.at(-1)).toEqual({
      state: 'lost',
      code: 'source-stalled',
      reason: 'fake 640x360 has given no picture for 5 s.',
      hint: '',
    });
  });

  it('takes none for stalled that waits for a key frame, or is as slow as ever', async () => {
    const source = new FakeSource();
    source.waitsForKeyFrame = true;
    const { states } = captureFrom([source]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(states).toEqual([{ state: 'starting' }]);
    source.waitsForKeyFrame = false;
    source.info = { ...source.info, fps: 0 };
    for (let i = 0; i < 4; i += 1) {
      await give(source);
      await vi.advanceTimersByTimeAsync(9000);
    }
    expect(source.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(18_000);
    expect(states.at(-1)).toMatchObject({
      code: 'source-stalled',
      reason: 'fake 640x360 has given no picture for 27 s.',
      hint: '',
    });
  });

  it('frees a picture that comes after its source was given up', async () => {
    const source = new FakeSource();
    const { seqs } = captureFrom([source]);
    await give(source);
    await vi.advanceTimersByTimeAsync(5000);
    const late = source.give();
    await settle();
    expect(late.freed).toBe(1);
    expect(seqs).toEqual([1]);
  });

  it('asks to be replaced when its source cannot be closed', async () => {
    const source = new FakeSource();
    source.hang();
    const { hangs, states } = captureFrom([source]);
    await give(source);
    source.fail(UNPLUGGED);
    await vi.advanceTimersByTimeAsync(1999);
    expect(hangs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(hangs).toEqual([UNPLUGGED]);
    expect(states.at(-1)).toEqual({ state: 'live', info: source.info });
  });

  it('asks to be replaced when its source neither opens nor refuses', async () => {
    const { hangs, states } = captureFrom([new Promise<never>(() => undefined)]);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(hangs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(hangs).toMatchObject([{ code: 'source-stalled', message: 'The source did not open within 20 s.' }]);
    expect(states).toEqual([{ state: 'starting' }]);
  });

  it('gives errors of no code one that a viewer can be told', async () => {
    const { states } = captureFrom([new Error('Something broke.')]);
    await settle();
    expect(states.at(-1)).toEqual({ state: 'lost', code: 'source-unreadable', reason: 'Something broke.', hint: '' });
  });
});
