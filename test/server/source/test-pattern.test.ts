import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { monotonicMs } from '../../../server/src/time/monotonic.js';
import type { Picture } from '../../../server/src/frames.js';
import { openSource } from '../../../server/src/source/open-source.js';
import { openTestPattern } from '../../../server/src/source/test-pattern.js';
import { frameOf, TestHost } from '../../support/source.js';

const SMALL = { width: 320, height: 180 };

async function bytesOf(picture: Picture): Promise<Buffer> {
  return (await frameOf(picture)).toBuffer();
}

/** The garbage collector, which tests are not given otherwise. */
function collector(): () => void {
  setFlagsFromString('--expose_gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('There is no garbage collector.');
  return () => {
    Reflect.apply(collect, undefined, []);
  };
}

describe('the test pattern', () => {
  it('is 1280x720 at 30 fps where nothing is asked for', async () => {
    const source = await openSource({ kind: 'test', size: null, fps: null }, new TestHost());
    expect(source.info).toEqual({
      width: 1280,
      height: 720,
      fps: 30,
      isJpeg: false,
      description: 'test pattern, 1280x720, 30 fps',
    });
    await source.close();
  });

  it.each([
    [
      { width: 33, height: 47 },
      { width: 32, height: 46 },
    ],
    [
      { width: 2, height: 2 },
      { width: 32, height: 32 },
    ],
    [
      { width: 1000, height: 40 },
      { width: 1000, height: 40 },
    ],
  ])('asked for %j is %j: even, and large enough to be drawn', async (asked, given) => {
    const source = await openTestPattern(asked, 240);
    const picture = await source.read();
    expect({ width: picture.width, height: picture.height }).toEqual(given);
    expect(await bytesOf(picture)).toHaveLength((given.width * given.height * 3) / 2);
    picture.free();
    await source.close();
  });

  it('moves: no two pictures are alike', async () => {
    const source = await openTestPattern(SMALL, 60);
    const [one, other] = [await source.read(), await source.read()];
    expect((await bytesOf(one)).equals(await bytesOf(other))).toBe(false);
    one.free();
    other.free();
    await source.close();
  });

  it('has its bars, its black and its white at their levels', async () => {
    const source = await openTestPattern(SMALL, 60);
    const picture = await source.read();
    const bytes = await bytesOf(picture);
    const bars = Array.from({ length: 8 }, (_, i) => bytes[20 * 320 + i * 40 + 20]);
    expect(bars).toEqual([180, 162, 131, 112, 84, 65, 35, 16]);
    // The ramp below runs from black to white.
    const ramp = [...bytes.subarray(179 * 320, 180 * 320)];
    expect(ramp.toSorted((a, b) => a - b)).toEqual(ramp);
    expect([ramp[0], ramp.at(-1)]).toEqual([16, 233]);
    // The clock: white on black, between them.
    const clock = bytes.subarray(120 * 320, 145 * 320);
    expect(Math.max(...clock)).toBeGreaterThan(200);
    picture.free();
    await source.close();
  });

  it('keeps to its rate: no picture comes before its time', async () => {
    const from = monotonicMs();
    const source = await openTestPattern(SMALL, 50);
    const times: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const picture = await source.read();
      times.push(picture.capturedAt);
      picture.free();
    }
    await source.close();
    // Each is due an interval after the one before was; a slow machine is late, none is early by more than a timer.
    expect((times.at(-1) ?? 0) - from).toBeGreaterThan(10 * 20);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
  });

  it('stays whole while it is held, whatever is collected meanwhile', async () => {
    const collect = collector();
    const source = await openTestPattern({ width: 1280, height: 720 }, 240);
    const picture = await source.read();
    const before = await bytesOf(picture);
    for (let i = 0; i < 5; i += 1) {
      collect();
      // Takes the place of what was let go.
      Buffer.alloc(1280 * 720 * 1.5, 255);
      await new Promise(resolve => {
        setImmediate(resolve);
      });
    }
    expect((await bytesOf(picture)).equals(before)).toBe(true);
    picture.free();
    await source.close();
  });

  it('ends a pending read when it is closed, and every later one', async () => {
    const source = await openTestPattern(SMALL, 1);
    await source.read().then(picture => picture.free());
    const pending = source.read().catch((error: unknown) => error);
    await source.close();
    expect(await pending).toMatchObject({ code: 'source-ended', message: 'The test pattern was closed.' });
    await expect(source.read()).rejects.toMatchObject({ code: 'source-ended' });
  });
});
