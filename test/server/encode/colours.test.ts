import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Quality, Size } from '@framewire/shared/rendition';
import { Encoder } from '../../../server/src/encode/encoder.js';
import { MatConverter } from '../../../server/src/encode/mat-converter.js';
import { openSource } from '../../../server/src/source/open-source.js';
import type { Picture } from '../../../server/src/frames.js';
import { cameraOrSkip } from '../../support/camera/fake-camera.js';
import { MjpegCamera } from '../../support/camera/mjpeg-camera.js';
import { missing, skipBecause } from '../../support/requires.js';
import { frameOf, TestHost } from '../../support/source.js';
import { VideoFolder } from '../../support/camera/video-file.js';

const CAMERA = fileURLToPath(new URL('camera-colours-child.ts', import.meta.url));

/** Bars from left to right, as FFmpeg's drawbox has their names. */
const BARS = [
  ['red', [255, 0, 0]],
  ['lime', [0, 255, 0]],
  ['blue', [0, 0, 255]],
  ['yellow', [255, 255, 0]],
  ['cyan', [0, 255, 255]],
  ['magenta', [255, 0, 255]],
  ['white', [255, 255, 255]],
  ['gray', [128, 128, 128]],
] as const;

const SMALL = { width: 320, height: 96 };
const HD = { width: 1280, height: 96 };

interface Layout {
  matrix: string;
  range: string;
  format: string;
}

/** FFmpeg's arguments for one picture of the bars in that layout. */
function bars({ width, height }: Size, { matrix, range, format }: Layout): string[] {
  const step = width / BARS.length;
  const boxes = BARS.map(([name], i) => `drawbox=x=${i * step}:w=${step}:color=${name}:t=fill`).join(',');
  const convert = `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd+full_chroma_int`;
  const chart = `color=black:size=${width}x${height},format=gbrp,${boxes},${convert},format=${format}`;
  return ['-f', 'lavfi', '-i', chart, '-frames:v', '1'];
}

/** The test pattern's own, of 75 % of white (SMPTE EG 1). */
const TEST_BARS = [
  ['white', [191, 191, 191]],
  ['yellow', [191, 191, 0]],
  ['cyan', [0, 191, 191]],
  ['green', [0, 191, 0]],
  ['magenta', [191, 0, 191]],
  ['red', [191, 0, 0]],
  ['blue', [0, 0, 191]],
  ['black', [0, 0, 0]],
] as const;

type Bars = readonly (readonly [name: string, rgb: readonly [number, number, number]])[];

/** The mean distance of each bar from what it is to be, 0-255. */
function distances(pixels: Uint8Array, { width, height }: Size, chart: Bars = BARS): number[] {
  return chart.map(([, rgb], i) => {
    const at = (Math.floor(height / 2) * width + Math.floor(((i + 0.5) * width) / chart.length)) * 3;
    return rgb.reduce<number>((sum, value, channel) => sum + Math.abs(value - (pixels[at + channel] ?? NaN)), 0) / 3;
  });
}

async function expectRight(picture: Picture, size: Size, quality: Quality, chart: Bars = BARS): Promise<void> {
  using encoder = new Encoder({ codec: 'jpeg', ...size, quality });
  const jpeg = await encoder.encode(picture);
  const worst = Math.max(...distances(await sharp(jpeg).raw().toBuffer(), size, chart));
  expect({ quality, size, worst: worst <= 3 ? 'right' : worst }).toEqual({ quality, size, worst: 'right' });
}

async function firstOf(path: string): Promise<AsyncDisposable & { picture: Picture }> {
  const source = await openSource({ kind: 'file', path, capture: 'ffmpeg' }, new TestHost());
  const picture = await source.read();
  const close = () => {
    picture.free();
    return source.close();
  };
  return { picture, [Symbol.asyncDispose]: close };
}

/** The pixels of a step's matrix, as RGB. */
async function rgbOfMat(picture: Picture, size: Size): Promise<Uint8Array> {
  using converter = new MatConverter(size);
  const mat = await converter.convert(await frameOf(picture));
  const rgb = Buffer.from(mat.getData());
  mat.release();
  for (let at = 0; at < rgb.length; at += 3) rgb.subarray(at, at + 3).reverse();
  return rgb;
}

describe('the colours of the test pattern', () => {
  it.each([
    { width: 640, height: 480 },
    { width: 1280, height: 720 },
  ])('are right at %j', async size => {
    const source = await openSource({ kind: 'test', size, fps: 240 }, new TestHost());
    const picture = await source.read();
    for (const quality of [30, 75, 95, 'source'] as const) await expectRight(picture, size, quality, TEST_BARS);
    for (const quality of [75, 95]) await expectRight(picture, { width: 320, height: 180 }, quality, TEST_BARS);
    picture.free();
    await source.close();
  });

  it('are right in the matrices of a step, and turned', async context => {
    skipBecause(context, missing('npm run setup:opencv'));
    const size = { width: 640, height: 480 };
    for (const turns of [0, 2]) {
      const source = await openSource({ kind: 'test', size, fps: 240 }, new TestHost(), { turns, isMirrored: false });
      const picture = await source.read();
      const chart = turns === 0 ? TEST_BARS : TEST_BARS.toReversed();
      expect(Math.max(...distances(await rgbOfMat(picture, size), size, chart))).toBeLessThanOrEqual(3);
      picture.free();
      await source.close();
    }
  });
});

const lacks = missing('ffmpeg');

describe.skipIf(lacks !== undefined)(`the colours of a chart (${lacks ?? 'with ffmpeg'})`, () => {
  let folder: VideoFolder;
  beforeAll(() => {
    folder = new VideoFolder();
  });
  afterAll(() => folder[Symbol.dispose]());

  /** A video that says by which matrix and range it was made. */
  function marked(name: string, layout: Layout, codec: readonly string[]): string {
    const { matrix, range } = layout;
    const space = { bt601: 'smpte170m', bt2020: 'bt2020nc' }[matrix] ?? matrix;
    const marks = ['-colorspace', space, '-color_range', range];
    return folder.make(name, ...bars(SMALL, layout), ...marks, ...codec);
  }

  const H264 = ['-c:v', 'libx264', '-qp', '4'];

  it.each([
    ['bt601', 'tv', 'yuv420p', H264],
    ['bt601', 'pc', 'yuv420p', H264],
    ['bt709', 'tv', 'yuv420p', H264],
    ['bt709', 'pc', 'yuv420p', H264],
    ['bt2020', 'tv', 'yuv420p', H264],
    ['bt709', 'tv', 'yuv422p10le', H264],
    ['bt709', 'tv', 'yuv444p', H264],
    ['bt709', 'tv', 'yuv420p', ['-c:v', 'libvpx-vp9', '-crf', '4']],
    ['bt709', 'tv', 'yuv420p', ['-c:v', 'mpeg2video', '-q:v', '1']],
    ['bt601', 'tv', 'bgr0', ['-c:v', 'ffv1']],
    ['bt601', 'pc', 'yuvj422p', ['-c:v', 'mjpeg', '-q:v', '2']],
  ] as const)('are right for %s, %s, %s in a file of %j', async (matrix, range, format, codec) => {
    await using first = await firstOf(marked(`chart-${codec[1]}.mkv`, { matrix, range, format }, codec));
    for (const quality of [30, 75, 95, 'source'] as const) await expectRight(first.picture, SMALL, quality);
    for (const quality of [75, 95]) await expectRight(first.picture, { width: 160, height: 48 }, quality);
  });

  it.each([
    ['bt601', SMALL],
    ['bt709', HD],
  ] as const)('are taken for %s in a video of %j that does not say', async (matrix, size) => {
    const path = folder.make(
      'unmarked.mkv',
      ...bars(size, { matrix, range: 'tv', format: 'yuv420p' }),
      ...H264,
      '-colorspace',
      'unknown',
    );
    await using first = await firstOf(path);
    for (const quality of [75, 95]) await expectRight(first.picture, size, quality);
  });

  it.each([
    ['smpte2084', 'PQ'],
    ['arib-std-b67', 'HLG'],
  ])('of HDR are not mapped, and the log says so: %s', async (curve, name) => {
    const layout = { matrix: 'bt2020', range: 'tv', format: 'yuv420p10le' };
    const marks = ['-color_trc', curve, '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    const path = folder.make(`${name}.mkv`, ...bars(SMALL, layout), ...H264, ...marks);
    const host = new TestHost();
    const source = await openSource({ kind: 'file', path, capture: 'ffmpeg' }, host);
    await source.close();
    expect(host.warnings).toEqual([
      `file ${name}.mkv is HDR (${name}), which is not mapped to the range of screens: its pictures look flat.`,
    ]);
  });

  it('are right in the matrices of a step', async context => {
    skipBecause(context, missing('npm run setup:opencv'));
    await using first = await firstOf(marked('mat.mkv', { matrix: 'bt709', range: 'tv', format: 'yuv420p' }, H264));
    const rgb = await rgbOfMat(first.picture, SMALL);
    expect(Math.max(...distances(rgb, SMALL))).toBeLessThanOrEqual(3);
  });

  it.for([
    ['yuyv', 'ffmpeg'],
    ['mjpg', 'ffmpeg'],
    ['yuyv', 'opencv'],
    ['mjpg', 'opencv'],
  ] as const)('are right for a camera of %s, read by %s', async ([format, capture], context) => {
    if (capture === 'opencv') skipBecause(context, missing('npm run setup:opencv'));
    const camera = cameraOrSkip(context, { quality: 95 });
    const size = { width: 1280, height: 720 };
    // The fake camera compresses its raw pictures as they are, and JPEGs have the full range.
    const range = format === 'mjpg' ? 'pc' : 'tv';
    const chart = bars(size, { matrix: 'bt601', range, format: 'yuyv422' });
    const frames = folder.make('chart.yuyv', ...chart, '-f', 'rawvideo');
    const node = ['--conditions=@framewire/source', '--import', 'tsx', CAMERA, format, capture];
    const env = { ...process.env, ...camera.env, FAKECAM_FRAMES: frames };
    const child = spawnSync(process.execPath, node, { env, encoding: 'utf8', maxBuffer: 2 ** 25 });
    expect({ status: child.status, stderr: child.stderr }).toEqual({ status: 0, stderr: '' });
    const jpegs = z.array(z.base64()).length(4).parse(JSON.parse(child.stdout));
    for (const jpeg of jpegs) {
      const pixels = await sharp(Buffer.from(jpeg, 'base64')).raw().toBuffer();
      expect(Math.max(...distances(pixels, size))).toBeLessThanOrEqual(3);
    }
  });

  it('are right for a camera that sends JPEGs', async () => {
    const path = folder.make(
      'chart.jpg',
      ...bars(SMALL, { matrix: 'bt601', range: 'pc', format: 'yuvj444p' }),
      '-q:v',
      '2',
    );
    await using camera = await MjpegCamera.open(await sharp(path).jpeg({ quality: 95 }).toBuffer());
    const source = await openSource({ kind: 'url', url: camera.url, capture: 'ffmpeg' }, new TestHost());
    const picture = await source.read();
    for (const quality of [30, 75, 95, 'source'] as const) await expectRight(picture, SMALL, quality);
    picture.free();
    await source.close();
  });
});
