import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../server/src/source/source.js';
import { missing } from '../../support/requires.js';
import { VideoFolder, moving } from './video-file.js';

const lacks = missing('ffmpeg');
const open = (path: string) => openSource({ kind: 'file', path });

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
    expect((await picture.pixels()).toBuffer().length).toBe((320 * 240 * 3) / 2);
    picture.free();
    await closed;
    expect(isClosed).toBe(true);
  });
});
