import sharp from 'sharp';
import { expect, it } from 'vitest';
import { JpegPictures } from '../../../../server/src/source/ffmpeg/jpeg-pictures.js';
import { TestHost } from '../../../support/source.js';

it('shows the pictures of a camera that are all a little wrong, because that is its habit and no damage', async () => {
  const good = await sharp({ create: { width: 320, height: 240, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  // The last blocks are missing.
  const short = Buffer.concat([good.subarray(0, -40), good.subarray(-2)]);
  const host = new TestHost();
  const pictures = await JpegPictures.open('the camera', host);
  const isShown = async (jpeg: Buffer) => {
    const picture = pictures.makeOf(jpeg, 0);
    const shown = await picture?.pixels().then(
      () => true,
      () => false,
    );
    picture?.free();
    return shown;
  };
  for (let i = 0; i < 30; i += 1) expect(await isShown(short)).toBe(false);
  expect(await isShown(short)).toBe(true);
  expect(await isShown(good)).toBe(true);
  expect(host.warnings).toEqual(['1 damaged picture was dropped so far, out of the camera.']);
  await pictures.stop();
});
