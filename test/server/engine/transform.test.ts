import type { Mat } from '@u4/opencv4nodejs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import type { Transform } from '../../../server/src/engine/step.js';
import { loadTransform, TransformedSource } from '../../../server/src/engine/transform.js';
import { messageOf } from '../../../server/src/errors.js';
import type { Picture } from '../../../server/src/frames.js';
import { loadOpenCv, type OpenCv } from '../../../server/src/opencv.js';
import { ownMat } from '../../../server/src/source/opencv/mat-picture.js';
import type { Source } from '../../../server/src/source/source.js';
import { matOf } from '../../support/source.js';
import { VideoFolder } from '../../support/camera/video-file.js';
import { plain } from '../encode/pictures.js';

const SIZE = { width: 64, height: 48 };
const RED = [81, 90, 240] as const;

const folder = new VideoFolder();
afterAll(() => folder[Symbol.dispose]());

/** Gives red pictures: FFmpeg's, or OpenCV's where there is a `cv`. */
function redSource(cv?: OpenCv): Source & { given: Picture[]; freed: number } {
  const source = {
    info: { ...SIZE, fps: 30, isJpeg: true, description: 'red' },
    given: [] as Picture[],
    freed: 0,
    read(): Promise<Picture> {
      const pixels = cv === undefined ? plain(SIZE, RED) : ownMat(new cv.Mat(48, 64, cv.CV_8UC3, [0, 0, 254]));
      const picture: Picture = {
        capturedAt: 7,
        ...SIZE,
        jpeg: Buffer.from('the own JPEG of the camera'),
        pixels: () => pixels.pixels(),
        free: () => {
          source.freed += 1;
          pixels.free();
        },
      };
      source.given.push(picture);
      return Promise.resolve(picture);
    },
    close: () => Promise.resolve(),
  };
  return source;
}

describeWith(['npm run setup:opencv'], "a step of the user's", () => {
  let cv: OpenCv;
  const warnings: string[] = [];
  const through = (step: Transform, source = redSource()) =>
    new TransformedSource(source, step, 'step.js', message => warnings.push(message));

  beforeAll(async () => {
    cv = await loadOpenCv();
  });

  it('gets each picture as BGR, from FFmpeg and from OpenCV, and what it returns is sent', async () => {
    for (const source of [redSource(), redSource(cv)]) {
      const seen: unknown[] = [];
      const transformed = through((mat, context) => {
        seen.push([mat.type, mat.rows, mat.cols, context.capturedAt, context.cv === cv]);
        const [blue = 0, green = 0, red = 0] = mat.getData();
        expect([blue < 4, green < 4, red > 250]).toEqual([true, true, true]);
        mat.drawRectangle(new cv.Point2(0, 0), new cv.Point2(10, 10), new cv.Vec3(255, 0, 0), -1);
        return mat;
      }, source);
      const picture = await transformed.read();
      expect([...(await matOf(picture)).getData().subarray(0, 3)]).toEqual([255, 0, 0]);
      expect(seen).toEqual([[cv.CV_8UC3, 48, 64, 7, true]]);
      picture.free();
      expect(source.freed).toBe(1);
      await transformed.close();
    }
  });

  it("hides the camera's own JPEG, or whoever asks for quality source would see what the step has hidden", async () => {
    const transformed = through(mat => mat);
    expect(transformed.info).toMatchObject({ isJpeg: false, description: 'red, through step.js' });
    const picture = await transformed.read();
    expect(picture.jpeg).toBeUndefined();
    picture.free();
    await transformed.close();
  });

  it('is asked only for pictures that somebody wants, and once for all who do', async () => {
    let calls = 0;
    const transformed = through(mat => {
      calls += 1;
      return mat.copy();
    });
    (await transformed.read()).free();
    expect(calls).toBe(0);
    const picture = await transformed.read();
    const [one, other] = await Promise.all([matOf(picture), matOf(picture)]);
    expect(one).toBe(other);
    expect(calls).toBe(1);
    picture.free();
    await transformed.close();
  });

  it('works on one picture at a time, in their order', async () => {
    const events: string[] = [];
    let number = 0;
    const transformed = through(async mat => {
      number += 1;
      const own = number;
      events.push(`begins ${own}`);
      const gray = await mat.bgrToGrayAsync();
      events.push(`ends ${own}`);
      return gray;
    });
    const pictures = [await transformed.read(), await transformed.read()];
    await Promise.all(pictures.map(picture => matOf(picture)));
    expect(events).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2']);
    for (const picture of pictures) picture.free();
    await transformed.close();
  });

  // As files, because types would not let them through.
  it.each([
    ['throws', 'transform() { throw new TypeError("no cascade"); }', /^The step step\.js failed: no cascade\.$/],
    ['rejects', 'async transform() { throw new Error("no model"); }', /failed: no model\.$/],
    ['returns nothing', 'transform() {}', /returned no picture/],
    ['returns another thing', 'transform() { return { rows: 3 }; }', /returned no picture/],
  ])('that %s costs that picture, says so, and goes on', async (name, method, sentence) => {
    const file = folder.write(`${name.replaceAll(' ', '-')}.cjs`, `module.exports = { ${method} };`);
    const step = await loadTransform(file);
    let isBad = true;
    const transformed = through((mat, context) => (isBad ? step(mat, context) : mat));
    const bad = await transformed.read();
    const failure = await matOf(bad).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'transform-failed' });
    expect(messageOf(failure)).toMatch(sentence);
    bad.free();
    isBad = false;
    const good = await transformed.read();
    expect((await matOf(good)).rows).toBe(48);
    good.free();
    await transformed.close();
  });

  it('that never ends is given up after 5 s, for that picture', async () => {
    const transformed = through(() => new Promise<Mat>(() => undefined));
    const picture = await transformed.read();
    await expect(matOf(picture)).rejects.toThrow('The step step.js took longer than 5 s.');
    picture.free();
    await transformed.close();
  });

  it('that takes too long is warned of', async () => {
    warnings.length = 0;
    const transformed = through(async mat => {
      await new Promise(resolve => setTimeout(resolve, 40));
      return mat;
    });
    for (let i = 0; i < 30; i += 1) {
      const picture = await transformed.read();
      await matOf(picture);
      picture.free();
    }
    expect(warnings).toEqual([
      expect.stringMatching(/^The step step\.js takes \d+ ms for a picture: at most [\d.]+ a/),
    ]);
    await transformed.close();
  });
});

describeWith(['npm run setup:opencv'], "the file of a user's step", () => {
  it.each([
    ['esm.mjs', 'export async function transform(mat) { return mat; }'],
    ['common.cjs', 'exports.transform = mat => mat;'],
  ])('%s is loaded', async (name, text) => {
    expect(typeof (await loadTransform(folder.write(name, text)))).toBe('function');
  });

  it.each([
    ['none.mjs', 'export const step = 1;', /none\.mjs exports no function named "transform"\.$/],
    ['throws.mjs', '\n\nthrow new Error("no GPU");', /throws\.mjs cannot be loaded: no GPU \(line 3\)\.$/],
  ])('%s is refused with a sentence', async (name, text, sentence) => {
    const failure = await loadTransform(folder.write(name, text)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'transform-unusable', exitCode: 4 });
    expect(messageOf(failure)).toMatch(sentence);
  });
});
