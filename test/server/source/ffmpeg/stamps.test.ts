import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { monotonicMs } from '../../../../server/src/time/monotonic.js';
import { openSource } from '../../../../server/src/source/open-source.js';
import type { Source } from '../../../../server/src/source/source.js';
import { FileServer } from '../../../support/camera/file-server.js';
import { missing, skipBecause } from '../../../support/requires.js';
import { TestHost } from '../../../support/source.js';
import { moving, VideoFolder } from '../../../support/camera/video-file.js';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/**
 * Reads so many pictures. @returns the mean time for each, ms, counted from before it is opened: the first may be late,
 * and those behind it catch up.
 */
async function meanInterval(opening: () => Promise<Source>, pictures: number): Promise<number> {
  const from = monotonicMs();
  const source = await opening();
  let last = from;
  for (let i = 0; i < pictures; i += 1) {
    const picture = await source.read();
    last = picture.capturedAt;
    picture.free();
  }
  await source.close();
  return (last - from) / (pictures - 1);
}

describe('what stamps say', () => {
  const folder = new VideoFolder();
  beforeEach(context => skipBecause(context, missing('ffmpeg')));
  afterAll(() => folder[Symbol.dispose]());

  const open = (file: string) => openSource({ kind: 'file', path: file, capture: 'ffmpeg' }, new TestHost());
  const openUrl = (url: string, host = new TestHost()) => openSource({ kind: 'url', url, capture: 'ffmpeg' }, host);

  it('of a recording that paused, or whose clock was set, is one interval there', async () => {
    const parts = [10, 50, 20].map((offset, i) =>
      folder.make(`part${i}.ts`, ...moving(10), ...H264, '-output_ts_offset', String(offset)),
    );
    const file = join(folder.path, 'paused.ts');
    writeFileSync(file, Buffer.concat(parts.map(part => readFileSync(part))));
    // All of it, and into the next loop: a pause of 40 s would be a second for each.
    expect(await meanInterval(() => open(file), 40)).toBeLessThan(500);
  });

  it.each([
    ['one.jpg', ['-frames:v', '1', '-pix_fmt', 'yuvj420p']],
    ['one.png', ['-frames:v', '1']],
    ['moving.webp', ['-c:v', 'libwebp_anim', '-loop', '0']],
  ])('nothing of %s, which cannot be rewound: it stands, or plays again', async (name, args) => {
    const file = folder.make(name, ...moving(5), ...args);
    expect(await meanInterval(() => open(file), name === 'one.jpg' ? 3 : 12)).toBeGreaterThan(20);
  });

  it('of a file over HTTP paces it, and it plays again', async () => {
    folder.make('film.avi', ...moving(15), '-c:v', 'mjpeg');
    await using server = await FileServer.open(folder.path);
    const opened = async () => {
      const source = await openUrl(server.urlOf('film.avi'));
      expect(source.info).toMatchObject({ width: 320, height: 240, fps: 25 });
      return source;
    };
    expect(await meanInterval(opened, 40)).toBeGreaterThan(30);
  });

  it('of a file with its index at the end, on a server that gives no parts, cannot be had: said in a sentence', async () => {
    folder.make('film.mp4', ...moving(25), ...H264);
    await using server = await FileServer.open(folder.path);
    const url = server.urlOf('film.mp4');
    const read = openUrl(url).then(async source => {
      try {
        return await source.read();
      } finally {
        await source.close();
      }
    });
    await expect(read).rejects.toMatchObject({
      code: 'source-not-understood',
      message: `${url} answers, but what it sends cannot be read as video.`,
    });
  });

  it('of a live list of segments pace them, although each comes at once', async () => {
    const live = ['-g', '25', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_flags', 'omit_endlist'];
    folder.make('live.m3u8', ...moving(100), ...H264, ...live);
    await using server = await FileServer.open(folder.path);
    expect(await meanInterval(() => openUrl(server.urlOf('live.m3u8')), 40)).toBeGreaterThan(30);
  });

  it('is not asked of a camera that is joined between two key frames: its first picture is the next of those', async () => {
    folder.make('camera.ts', ...moving(150), ...H264, '-g', '100', '-keyint_min', '100', '-sc_threshold', '0');
    await using server = await FileServer.open(folder.path, 188 * 200);
    const source = await openUrl(server.urlOf('camera.ts'));
    expect(source.waitsForKeyFrame).toBe(true);
    const picture = await source.read();
    expect(source.waitsForKeyFrame).toBe(false);
    expect(source.info).toMatchObject({ width: 320, height: 240 });
    picture.free();
    await source.close();
  });
});
