import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoder } from '../../../server/src/encode/encoder.js';
import { MatConverter } from '../../../server/src/encode/mat-converter.js';
import type { Picture, SourceInfo } from '../../../server/src/frames.js';
import { OrientedSource } from '../../../server/src/source/oriented-source.js';
import { UPRIGHT, compose, orientationOf, type Orientation } from '../../../server/src/source/orientation.js';
import { openSource } from '../../../server/src/source/open-source.js';
import type { Source } from '../../../server/src/source/source.js';
import { MjpegCamera } from '../../support/camera/mjpeg-camera.js';
import { RawCamera } from '../../support/camera/raw-camera.js';
import { missing, skipBecause } from '../../support/requires.js';
import { frameOf, TestHost } from '../../support/source.js';
import { VideoFolder } from '../../support/camera/video-file.js';

/** Corners by rows: upper left, upper right, lower left, lower right. */
const turn = ([a, b, c, d]: string) => `${c}${a}${d}${b}`;
const mirror = ([a, b, c, d]: string) => `${b}${a}${d}${c}`;

/** All that there are, with what they make of the corners RGBW. */
const ALL = [0, 1, 2, 3].flatMap(turns => {
  let corners = 'RGBW';
  for (let i = 0; i < turns; i += 1) corners = turn(corners);
  return [
    { orientation: { turns, isMirrored: false }, corners },
    { orientation: { turns, isMirrored: true }, corners: mirror(corners) },
  ];
});

function cornersAfter(corners: string, orientation: Orientation): string {
  let turned = corners;
  for (let i = 0; i < orientation.turns; i += 1) turned = turn(turned);
  return orientation.isMirrored ? mirror(turned) : turned;
}

describe('an orientation', () => {
  it('is composed of two as pictures are turned twice', () => {
    for (const first of ALL) {
      for (const second of ALL) {
        const both = compose(first.orientation, second.orientation);
        expect(cornersAfter('RGBW', both)).toBe(cornersAfter(first.corners, second.orientation));
      }
    }
  });

  it.each([
    [[1, 0, 0, 1], { turns: 0, isMirrored: false }],
    [[0, 1, -1, 0], { turns: 1, isMirrored: false }],
    [[-1, 0, 0, -1], { turns: 2, isMirrored: false }],
    [[0, -1, 1, 0], { turns: 3, isMirrored: false }],
    [[-1, 0, 0, 1], { turns: 0, isMirrored: true }],
    [[1, 0, 0, -1], { turns: 2, isMirrored: true }],
    [[0, 0, 0, 0], { turns: 0, isMirrored: false }],
  ])('is read from a display matrix: %j', ([a = 0, b = 0, c = 0, d = 0], orientation) => {
    const matrix = Buffer.alloc(36);
    [a, b, 0, c, d, 0, 0, 0].forEach((value, i) => matrix.writeInt32LE(value * 65_536, i * 4));
    expect(orientationOf(matrix)).toEqual(orientation);
    for (let length = 0; length < 36; length += 1) expect(orientationOf(matrix.subarray(0, length))).toEqual(UPRIGHT);
  });
});

/** Each corner's colour by its letter. */
async function cornersOf(jpeg: Uint8Array): Promise<string> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [0.25, 0.75]
    .flatMap(y => [0.25, 0.75].map(x => [Math.floor(x * info.width), Math.floor(y * info.height)] as const))
    .map(([x, y]) => {
      const at = (y * info.width + x) * 3;
      const bits = [0, 1, 2].map(i => ((data[at + i] ?? 0) > 127 ? '1' : '0')).join('');
      return { '100': 'R', '010': 'G', '001': 'B', '111': 'W' }[bits] ?? '?';
    })
    .join('');
}

async function look(source: Source): Promise<{ corners: string; width: number; height: number }> {
  const picture = await source.read();
  const { width, height } = picture;
  expect({ width: source.info.width, height: source.info.height }).toEqual({ width, height });
  using encoder = new Encoder({ codec: 'jpeg', width, height, quality: 'source' });
  const corners = await cornersOf(await encoder.encode(picture));
  picture.free();
  return { corners, width, height };
}

/** Four corners, 320x240. */
const CORNERS = [
  ...['-f', 'lavfi', '-i'],
  `color=red:size=320x240:rate=25,format=gbrp,${[
    ['lime', 160, 0],
    ['blue', 0, 120],
    ['white', 160, 120],
  ]
    .map(([colour, x, y]) => `drawbox=x=${x}:y=${y}:w=160:h=120:color=${colour}:t=fill`)
    .join(',')}`,
  ...['-frames:v', '3'],
];

const lacks = missing('ffmpeg');

describe.skipIf(lacks !== undefined)(`a picture (${lacks ?? 'with ffmpeg'})`, () => {
  let folder: VideoFolder;
  beforeAll(() => {
    folder = new VideoFolder();
  });
  afterAll(() => folder[Symbol.dispose]());

  const open = (path: string, orientation?: Orientation) =>
    openSource({ kind: 'file', path, capture: 'ffmpeg' }, new TestHost(), orientation);

  const openCamera = (url: string, orientation?: Orientation) =>
    openSource({ kind: 'url', url, capture: 'ffmpeg' }, new TestHost(), orientation);

  it.each([
    ['planar YUV', 'plain.mkv', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']],
    ['packed YUV, as cameras have it', 'packed.mkv', ['-c:v', 'rawvideo', '-pix_fmt', 'yuyv422']],
    ['JPEG', 'jpeg.avi', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj422p']],
  ])('comes in each way that is asked for: %s', async (_, name, codec) => {
    const path = folder.make(name, ...CORNERS, ...codec);
    for (const { orientation, corners } of ALL) {
      const source = await open(path, orientation);
      const [width, height] = orientation.turns % 2 === 0 ? [320, 240] : [240, 320];
      expect({ orientation, ...(await look(source)) }).toEqual({ orientation, corners, width, height });
      await source.close();
    }
  });

  it('of a phone comes upright, and by hand it is turned from there', async () => {
    const plain = folder.make('phone.mp4', ...CORNERS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const turned = folder.make('turned.mp4', '-i', plain, '-c', 'copy', '-metadata:s:v:0', 'rotate=90');
    const source = await open(turned);
    const asPlayersShowIt = await cornersOf(
      await sharp(folder.make('shown.png', '-i', turned, '-frames:v', '1'))
        .jpeg()
        .toBuffer(),
    );
    expect(await look(source)).toEqual({ corners: asPlayersShowIt, width: 240, height: 320 });
    expect(source.info.description).toMatch(/^file turned\.mp4, 320x240, 25 fps, turned by (90|270) degrees$/);
    await source.close();
    const back = await open(turned, { turns: 2, isMirrored: false });
    expect((await look(back)).corners).toBe(turn(turn(asPlayersShowIt)));
    await back.close();
  });

  /** As a camera writes it that is held sideways. @param value of EXIF, 1-8. */
  const held = (value: number): Promise<Buffer> =>
    sharp(folder.make('corners.png', ...CORNERS.slice(0, -1), '1'))
      .withMetadata({ orientation: value })
      .jpeg({ quality: 95 })
      .toBuffer();
  const BY_EXIF = [1, 2, 3, 4, 5, 6, 7, 8];

  it.each(BY_EXIF)('in a JPEG of EXIF orientation %i comes upright, as a file and over HTTP', async value => {
    const jpeg = await held(value);
    const shown = await sharp(jpeg).autoOrient().jpeg().toBuffer({ resolveWithObject: true });
    const { width, height } = shown.info;
    const upright = { corners: await cornersOf(shown.data), width, height };
    const path = folder.write(`held-${value}.jpg`, jpeg);
    await using snapshots = await RawCamera.open(socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      socket.write(jpeg);
    });
    await using stream = await MjpegCamera.open(jpeg);
    for (const source of [await open(path), await openCamera(snapshots.url), await openCamera(stream.url)]) {
      expect(await look(source)).toEqual(upright);
      // Viewers that heed EXIF would turn it once more.
      expect(source.info.isJpeg).toBe(value === 1);
      await source.close();
    }
  });

  it('in a JPEG that is turned back by hand is not handed on with its EXIF', async () => {
    await using camera = await MjpegCamera.open(await held(6));
    const source = await openCamera(camera.url, { turns: 3, isMirrored: false });
    const picture = await source.read();
    expect(picture.jpeg).toBeUndefined();
    expect(source.info).toMatchObject({
      width: 320,
      height: 240,
      isJpeg: false,
      description: `${camera.url}, 320x240`,
    });
    picture.free();
    expect((await look(source)).corners).toBe('RGBW');
    await source.close();
  });

  it('may be turned by its camera from some moment on', async () => {
    await using camera = await MjpegCamera.open(await held(1));
    const source = await openCamera(camera.url);
    expect(await look(source)).toEqual({ corners: 'RGBW', width: 320, height: 240 });
    camera.jpeg = await held(8);
    let seen = await look(source);
    while (seen.width === 320) seen = await look(source);
    expect(seen).toEqual({ corners: turn(turn(turn('RGBW'))), width: 240, height: 320 });
    expect(source.info.description).toBe(`${camera.url}, 320x240, turned by 270 degrees`);
    await source.close();
  });

  it.each([
    ['png', {}],
    ['tiff', { compression: 'lzw' }],
  ] as const)('in a %s that says how it is to be turned comes upright', async (format, options) => {
    for (const value of BY_EXIF) {
      const bytes = await sharp(await held(value))
        .keepMetadata()
        .toFormat(format, options)
        .toBuffer();
      const source = await open(folder.write(`held.${format}`, bytes));
      const corners = await cornersOf(await sharp(bytes).autoOrient().jpeg().toBuffer());
      expect({ value, ...(await look(source)) }).toMatchObject({ value, corners });
      await source.close();
    }
  });

  it.each([
    ['16/11', 466, 240],
    ['8/9', 320, 270],
    ['1/1', 320, 240],
    ['1/300', 320, 240],
  ])('of pixels that are not square, %s, comes in its shape', async (aspect, width, height) => {
    const filter = ['-vf', `setsar=${aspect}`];
    for (const name of ['narrow.mp4', 'narrow.h264']) {
      const path = folder.make(name, ...CORNERS, ...filter, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
      const source = await open(path);
      expect(await look(source)).toEqual({ corners: 'RGBW', width, height });
      expect(source.info.description).toContain(`${width}x${height}`);
      await source.close();
    }
  });

  it('in a matrix comes in each way that is asked for', async context => {
    skipBecause(context, missing('npm run setup:opencv'));
    const path = folder.make('mat.mkv', ...CORNERS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    for (const { orientation, corners } of ALL) {
      using converter = new MatConverter({ width: 320, height: 240 });
      const source = new OrientedSource(new Mats(await open(path), converter), orientation);
      expect((await look(source)).corners).toBe(corners);
      await source.close();
    }
  });
});

/** A source whose pictures lie in OpenCV's memory. */
class Mats implements Source {
  readonly #source: Source;
  readonly #converter: MatConverter;

  constructor(source: Source, converter: MatConverter) {
    this.#source = source;
    this.#converter = converter;
  }

  get info(): SourceInfo {
    return this.#source.info;
  }

  async read(): Promise<Picture> {
    const picture = await this.#source.read();
    const mat = await this.#converter.convert(await frameOf(picture));
    const free = () => {
      mat.release();
      picture.free();
    };
    return { ...picture, pixels: () => Promise.resolve({ kind: 'mat', mat }), free };
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
