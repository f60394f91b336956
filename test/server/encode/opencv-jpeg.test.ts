import type { Mat } from '@u4/opencv4nodejs';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import { Encoder } from '../../../server/src/encode/encoder.js';
import { MatConverter } from '../../../server/src/encode/mat-converter.js';
import type { Picture } from '../../../server/src/frames.js';
import { loadOpenCv, type OpenCv } from '../../../server/src/opencv.js';
import { ownMat } from '../../../server/src/source/opencv/mat-picture.js';
import { frameOf, matOf } from '../../support/source.js';
import { natural, plain } from './pictures.js';

const HD = { width: 1280, height: 720 };

/** The same picture as FFmpeg's, in OpenCV's memory. */
async function asMat(picture: Picture): Promise<Picture> {
  using converter = new MatConverter(picture);
  return pictureOf(await converter.convert(await frameOf(picture)));
}

function pictureOf(mat: Mat): Picture {
  return { capturedAt: 0, width: mat.cols, height: mat.rows, ...ownMat(mat) };
}

describeWith(['npm run setup:opencv'], 'JPEGs from matrices', () => {
  let cv: OpenCv;
  beforeAll(async () => {
    cv = await loadOpenCv();
  });

  it('have the bytes that libjpeg gives at the same quality, from 1 to 100', async () => {
    using source = natural(HD);
    const picture = await asMat(source);
    const rgb = (await (await matOf(picture)).cvtColorAsync(cv.COLOR_BGR2RGB)).getData();
    for (const quality of [1, 10, 30, 60, 85, 100]) {
      using encoder = new Encoder({ codec: 'jpeg', ...HD, quality });
      const ours = (await encoder.encode(picture)).length;
      const options = { quality, chromaSubsampling: '4:2:0', optimizeCoding: false };
      const theirs = (
        await sharp(rgb, { raw: { ...HD, channels: 3 } })
          .jpeg(options)
          .toBuffer()
      ).length;
      expect(Math.abs(ours / theirs - 1)).toBeLessThan(0.01);
    }
    picture.free();
  });

  it('have the colours that FFmpeg gives, and the size that is wanted', async () => {
    for (const size of [
      { width: 64, height: 48 },
      { width: 33, height: 17 },
      { width: 200, height: 100 },
    ]) {
      using source = plain({ width: 64, height: 48 }, [81, 90, 240]);
      const picture = await asMat(source);
      using encoder = new Encoder({ codec: 'jpeg', ...size, quality: 90 });
      const { data, info } = await sharp(await encoder.encode(picture))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect({ width: info.width, height: info.height }).toEqual(size);
      expect(data[0]).toBeGreaterThan(248);
      expect(data[1]).toBeLessThan(6);
      picture.free();
    }
  });

  it('may be grey', async () => {
    const picture = pictureOf(new cv.Mat(48, 64, cv.CV_8UC1, 128));
    using encoder = new Encoder({ codec: 'jpeg', width: 64, height: 48, quality: 60 });
    const { channels } = await sharp(await encoder.encode(picture)).metadata();
    expect(channels).toBe(1);
    picture.free();
  });

  it('are refused with a sentence when there is nothing in the matrix, and go on with the next', async () => {
    const picture = pictureOf(new cv.Mat(48, 64, cv.CV_8UC3, [1, 2, 3]));
    using encoder = new Encoder({ codec: 'jpeg', width: 64, height: 48, quality: 60 });
    await encoder.encode(picture);
    const empty = pictureOf(new cv.Mat());
    await expect(encoder.encode(empty)).rejects.toThrow('OpenCV');
    await expect(encoder.encode(picture)).resolves.toBeInstanceOf(Uint8Array);
    picture.free();
  });

  it('come from rows that FFmpeg has padded as well', async () => {
    // 70 * 3 bytes are no multiple of what FFmpeg aligns its rows to.
    using source = natural({ width: 70, height: 50 });
    using converter = new MatConverter(source);
    const mat = await converter.convert(await frameOf(source));
    expect({ rows: mat.rows, cols: mat.cols, type: mat.type }).toEqual({ rows: 50, cols: 70, type: cv.CV_8UC3 });
    const again = await converter.convert(await frameOf(source));
    expect(mat.getData().equals(again.getData())).toBe(true);
    // A picture that was sheared by padding has edges where it had none.
    const rows = mat.getData();
    const between = (y: number) => Math.abs((rows[y * 210 + 30] ?? 0) - (rows[(y + 1) * 210 + 30] ?? 0));
    expect(Math.min(...Array.from({ length: 49 }, (_, y) => between(y)))).toBeLessThan(8);
    mat.release();
    again.release();
  });
});
