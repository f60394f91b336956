import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonicMs } from '../../../../server/src/time/monotonic.js';
import { FramewireError } from '../../../../server/src/errors.js';
import type { Picture } from '../../../../server/src/frames.js';
import { openSource } from '../../../../server/src/source/open-source.js';
import type { Source } from '../../../../server/src/source/source.js';
import { missing } from '../../../support/requires.js';
import { VideoFolder, moving } from '../../../support/camera/video-file.js';
import { frameOf, TestHost } from '../../../support/source.js';

const lacks = missing('ffmpeg');
const open = (path: string) => openSource({ kind: 'file', path, capture: 'ffmpeg' }, new TestHost());

async function take<T>(source: Source, count: number, look: (picture: Picture) => Promise<T> | T): Promise<T[]> {
  const seen: T[] = [];
  while (seen.length < count) {
    const picture = await source.read();
    seen.push(await look(picture));
    picture.free();
  }
  return seen;
}

describe.skipIf(lacks !== undefined)(`a video file (${lacks ?? 'with ffmpeg'})`, () => {
  let folder: VideoFolder;
  beforeAll(() => {
    folder = new VideoFolder();
  });
  afterAll(() => folder[Symbol.dispose]());

  it('says what it is', async () => {
    const source = await open(folder.make('yard.mp4', ...moving(3)));
    expect(source.info).toEqual({
      width: 320,
      height: 240,
      fps: 25,
      isJpeg: false,
      description: 'file yard.mp4, 320x240, 25 fps',
    });
    await source.close();
  });

  it('is closed only when its pictures are freed, because some lie in the memory of their device', async () => {
    const path = folder.make('held.mp4', ...moving(3));
    const source = await open(path);
    const picture = await source.read();
    let isClosed = false;
    const closed = source.close().then(() => {
      isClosed = true;
    });
    // Another one opens and closes meanwhile: nothing but the picture can be what `close` waits for.
    await (await open(path)).close();
    expect(isClosed).toBe(false);
    expect((await frameOf(picture)).toBuffer().length).toBe((320 * 240 * 3) / 2);
    picture.free();
    await closed;
    expect(isClosed).toBe(true);
  });

  it.each([
    ['an MP4 with B-frames, which are coded out of order', 'b.mp4', ['-c:v', 'libx264', '-bf', '3']],
    ['an AVI whose packets have no time of showing', 'b.avi', ['-c:v', 'mpeg4', '-bf', '2']],
    ['bare H.264', 'bare.h264', ['-c:v', 'libx264']],
    ['JPEGs one after the other', 'bare.mjpeg', ['-c:v', 'mjpeg']],
    ['a transport stream', 'b.ts', ['-c:v', 'mpeg2video']],
  ])('plays at its own rate and in loops: %s', async (_, name, codec) => {
    const file = folder.make(name, ...moving(6), ...codec);
    const from = monotonicMs();
    const source = await open(file);
    const times = await take(source, 14, ({ capturedAt }) => capturedAt);
    await source.close();
    // Neither a burst nor a rush through the file: 14 pictures take 13 intervals or, where a loop's last pictures
    // remain in the decoder, a few more. Counted from before it is opened: the first may be late, and those behind it
    // catch up.
    expect((times.at(-1) ?? 0) - from).toBeGreaterThan(12 * 40);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
  });

  it('gives its own JPEGs untouched, and decodes them once for all who ask', async () => {
    const source = await open(folder.make('jpeg.avi', ...moving(3), '-c:v', 'mjpeg'));
    const picture = await source.read();
    expect(source.info.isJpeg).toBe(true);
    expect(Buffer.from(picture.jpeg ?? []).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    const [one, other] = await Promise.all([frameOf(picture), frameOf(picture)]);
    expect(one).toBe(other);
    expect({ width: one.width, height: one.height }).toEqual({ width: 320, height: 240 });
    picture.free();
    await source.close();
  });

  it.each([1, 3])('loses no JPEG of a file of %i at its loops, while others decode them', async frames => {
    const host = new TestHost();
    const path = folder.make(`loop${frames}.avi`, ...moving(frames), '-c:v', 'mjpeg');
    const source = await openSource({ kind: 'file', path, capture: 'ffmpeg' }, host);
    const widths: Promise<number>[] = [];
    while (widths.length < 12) {
      const picture = await source.read();
      // Decoded while the next one is read, or the file starts anew.
      widths.push(
        frameOf(picture)
          .then(({ width }) => width)
          .finally(() => picture.free()),
      );
    }
    expect(await Promise.all(widths)).toEqual(Array.from({ length: 12 }, () => 320));
    expect(host.warnings).toEqual([]);
    await source.close();
  });

  it('drops and counts pictures of which a part is missing', async () => {
    const whole = readFileSync(folder.make('whole.ts', ...moving(50), '-c:v', 'libx264', '-g', '10', '-qp', '20'));
    const packet = 188;
    const hole = Math.floor(whole.length / packet / 2) * packet;
    const path = join(folder.path, 'hole.ts');
    writeFileSync(path, Buffer.concat([whole.subarray(0, hole), whole.subarray(hole + 6 * packet)]));
    const host = new TestHost();
    const source = await openSource({ kind: 'file', path, capture: 'ffmpeg' }, host);
    const flags = await take(source, 45, async picture => (await frameOf(picture)).decodeErrorFlags);
    expect(flags.filter(flag => flag !== 0)).toEqual([]);
    expect(host.warnings[0]).toMatch(/^1 damaged picture was dropped so far, out of file hole\.ts\.$/);
    await source.close();
  });

  it('gives every picture of a file that is shorter than the decoder is deep', async () => {
    const source = await open(folder.make('short.mp4', ...moving(2), '-c:v', 'libx264', '-bf', '2'));
    const sizes = await take(source, 4, ({ width }) => width);
    expect(sizes).toEqual([320, 320, 320, 320]);
    await source.close();
  });

  it('may be closed at any moment of its reading, and more than once', async () => {
    const path = folder.make('moments.mp4', ...moving(2));
    for (let closeAfter = 0; closeAfter < 6; closeAfter += 1) {
      const source = await open(path);
      await take(source, closeAfter, () => undefined);
      const pending = source.read().then(
        late => {
          late.free();
          return 'a picture that was just due';
        },
        (error: unknown) => (error instanceof FramewireError ? 'closed' : error),
      );
      await Promise.all([source.close(), source.close()]);
      expect(['a picture that was just due', 'closed']).toContain(await pending);
      await expect(source.read()).rejects.toMatchObject({ name: 'FramewireError' });
    }
  });

  it.each([
    ['is not there', () => join(folder.path, 'missing.mp4'), 'source-not-found', 'There is no file missing.mp4.'],
    ['is a text', () => text(), 'source-unreadable', /^File notes\.txt cannot be read: .+\.$/],
    ['is a folder', () => folder.path, 'source-unreadable', /^File .+ cannot be read: Is a directory\.$/],
    ['has only sound', () => sound(), 'source-unreadable', 'There is no video in file sound.wav.'],
  ])('that %s is refused with a sentence', async (_, path, code, message) => {
    await expect(open(path())).rejects.toMatchObject({ name: 'FramewireError', code });
    await expect(open(path())).rejects.toThrow(message);
  });

  function text(): string {
    const path = join(folder.path, 'notes.txt');
    writeFileSync(path, 'These are no pictures.\n'.repeat(100));
    return path;
  }

  function sound(): string {
    return folder.make('sound.wav', '-f', 'lavfi', '-i', 'sine=duration=0.2');
  }
});
