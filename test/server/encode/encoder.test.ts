import sharp from 'sharp';
import { AV_PIX_FMT_RGB24 } from 'node-av/constants';
import { CodecContext } from 'node-av/lib';
import { describe, expect, it, vi } from 'vitest';
import type { Quality, Size } from '@framewire/shared/rendition';
import { Encoder } from '../../../server/src/encode/encoder.js';
import { quantiserFor } from '../../../server/src/encode/ffmpeg-jpeg.js';
import { Scaler } from '../../../server/src/encode/scaler.js';
import { SLICES } from '../../../server/src/encode/slices.js';
import type { Picture } from '../../../server/src/frames.js';
import { frameOf } from '../../support/source.js';
import { natural, plain, plainYuyv } from './pictures.js';

const HD = { width: 1280, height: 720 };

async function encode(picture: Picture, size: Size, quality: Quality): Promise<Uint8Array> {
  using encoder = new Encoder({ codec: 'jpeg', ...size, quality });
  return await encoder.encode(picture);
}

/** Red, green and blue in the middle of a JPEG. */
async function colourOf(jpeg: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

const farthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? 0))));

describe('quality', () => {
  it('gives more bytes for a better one, from 1 to 100', async () => {
    const size = { width: 640, height: 360 };
    using picture = natural(size);
    const bytes: number[] = [];
    for (let quality = 1; quality <= 100; quality += 1) bytes.push((await encode(picture, size, quality)).length);
    expect(bytes.filter((length, i) => length < (bytes[i - 1] ?? 0))).toEqual([]);
    expect((bytes[99] ?? 0) / (bytes[0] ?? 0)).toBeGreaterThan(20);
  });

  it('means what it means to libjpeg: FFmpeg comes within a quarter of its bytes', async () => {
    using picture = natural(HD);
    using scaler = new Scaler(HD, AV_PIX_FMT_RGB24);
    const raw = { ...HD, channels: 3 as const };
    const pixels = (await scaler.scale(await frameOf(picture))).toBuffer();
    for (const quality of [11, 20, 30, 40, 50, 60, 70, 80, 90]) {
      const ours = (await encode(picture, HD, quality)).length;
      // With its fixed tables, as cv2.imwrite has them.
      const options = { quality, chromaSubsampling: '4:2:0', optimizeCoding: false };
      const theirs = (await sharp(pixels, { raw }).jpeg(options).toBuffer()).length;
      expect(ours / theirs).toBeGreaterThan(0.8);
      expect(ours / theirs).toBeLessThan(1.25);
    }
  });

  it('has for each of its steps in FFmpeg a quantiser that never rises', () => {
    const quantisers = Array.from({ length: 71 }, (_, i) => quantiserFor(11 + i));
    expect(quantisers.every((quantiser, i) => quantiser <= (quantisers[i - 1] ?? 31))).toBe(true);
    expect([quantisers[0], quantisers.at(-1)]).toEqual([31, 3]);
  });
});

describe('an encoder', () => {
  it.each([
    [{ width: 1280, height: 720 }],
    [{ width: 641, height: 481 }],
    [{ width: 1278, height: 718 }],
    [{ width: 322, height: 182 }],
    [{ width: 17, height: 33 }],
    [{ width: 16, height: 16 }],
    [{ width: 2, height: 2 }],
  ])('makes whole JPEGs of just the size that is wanted: %j', async size => {
    using picture = plain({ width: 1280, height: 720 }, [128, 90, 160]);
    for (const quality of [5, 50, 95]) {
      const jpeg = Buffer.from(await encode(picture, size, quality));
      expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);
      const { format, width, height, channels, chromaSubsampling } = await sharp(jpeg).metadata();
      expect({ format, width, height, channels, chromaSubsampling }).toEqual({
        format: 'jpeg',
        ...size,
        channels: 3,
        chromaSubsampling: '4:2:0',
      });
      // Decodes to the end, and not only its head.
      await expect(sharp(jpeg, { failOn: 'warning' }).raw().toBuffer()).resolves.toHaveLength(
        size.width * size.height * 3,
      );
    }
  });

  it.each([
    ['black', [16, 128, 128], [0, 0, 0]],
    ['white', [235, 128, 128], [255, 255, 255]],
    ['red', [81, 90, 240], [254, 0, 0]],
    ['blue', [41, 240, 110], [0, 0, 255]],
    ['grey', [126, 128, 128], [128, 128, 128]],
  ] as const)('keeps colours and levels of the limited range: %s', async (_, yuv, rgb) => {
    const size = { width: 64, height: 48 };
    for (const picture of [plain(size, yuv), plainYuyv(size, yuv)]) {
      for (const quality of [50, 95]) {
        expect(farthest(await colourOf(await encode(picture, size, quality)), rgb)).toBeLessThanOrEqual(4);
      }
      picture.free();
    }
  });

  it('keeps the levels of pictures that use the full range, as JPEG cameras do', async () => {
    const size = { width: 64, height: 48 };
    for (const [luma, level] of [
      [0, 0],
      [30, 30],
      [255, 255],
    ] as const) {
      using picture = plain(size, [luma, 128, 128], true);
      for (const quality of [50, 95]) {
        const colour = await colourOf(await encode(picture, size, quality));
        expect(farthest(colour, [level, level, level])).toBeLessThanOrEqual(3);
      }
    }
  });

  it('goes on when the source changes its size, its layout or its range', async () => {
    const size = { width: 160, height: 90 };
    for (const quality of [50, 95]) {
      using encoder = new Encoder({ codec: 'jpeg', ...size, quality });
      const pictures = [
        plain({ width: 320, height: 180 }, [126, 128, 128]),
        plain({ width: 1280, height: 720 }, [126, 128, 128]),
        plainYuyv({ width: 640, height: 480 }, [126, 128, 128]),
        plain({ width: 640, height: 480 }, [128, 128, 128], true),
        plain({ width: 320, height: 180 }, [126, 128, 128]),
      ];
      for (const picture of pictures) {
        const jpeg = await encoder.encode(picture);
        const { width, height } = await sharp(jpeg).metadata();
        expect({ width, height }).toEqual(size);
        expect(farthest(await colourOf(jpeg), [128, 128, 128])).toBeLessThanOrEqual(4);
        picture.free();
      }
    }
  });

  it('goes on after a picture that cannot be encoded', async () => {
    const size = { width: 160, height: 90 };
    for (const quality of [50, 95]) {
      using encoder = new Encoder({ codec: 'jpeg', ...size, quality });
      using picture = plain(size, [126, 128, 128]);
      await encoder.encode(picture);
      using freed = plain({ width: 320, height: 180 }, [126, 128, 128]);
      freed.free();
      await expect(encoder.encode(freed)).rejects.toThrow('cannot be scaled');
      expect(farthest(await colourOf(await encoder.encode(picture)), [128, 128, 128])).toBeLessThanOrEqual(4);
    }
  });

  it('is opened again after it could not be opened', async () => {
    const size = { width: 160, height: 90 };
    using encoder = new Encoder({ codec: 'jpeg', ...size, quality: 50 });
    using picture = plain(size, [126, 128, 128]);
    const open = vi.spyOn(CodecContext.prototype, 'open2').mockResolvedValueOnce(-12);
    await expect(encoder.encode(picture)).rejects.toThrow("FFmpeg's mjpeg encoder failed (-12).");
    expect(farthest(await colourOf(await encoder.encode(picture)), [128, 128, 128])).toBeLessThanOrEqual(4);
    expect(open).toHaveBeenCalledTimes(2);
    open.mockRestore();
  });

  it('opens one thread for a single picture, and the rest beside the second one, again when that failed', async () => {
    using encoder = new Encoder({ codec: 'jpeg', ...HD, quality: 30 });
    using picture = plain(HD, [128, 128, 128]);
    const open = vi.spyOn(CodecContext.prototype, 'open2');
    const encodes = async () => farthest(await colourOf(await encoder.encode(picture)), [128, 128, 128]);
    expect(await encodes()).toBeLessThanOrEqual(4);
    expect(open).toHaveBeenCalledTimes(1);
    open.mockResolvedValueOnce(-12);
    for (let i = 0; i < 10; i += 1) expect(await encodes()).toBeLessThanOrEqual(4);
    expect(open).toHaveBeenCalledTimes(SLICES > 1 ? 3 : 1);
    open.mockRestore();
  });

  it('may be freed while it takes the memory for pictures to come', async () => {
    using picture = plain(HD, [128, 128, 128]);
    for (let i = 0; i < 20; i += 1) {
      using encoder = new Encoder({ codec: 'jpeg', ...HD, quality: 30 });
      await encoder.encode(picture);
      await encoder.encode(picture);
    }
    expect(await colourOf(await encode(picture, HD, 30))).toHaveLength(3);
  });

  it('gives each picture a memory of its own', async () => {
    const size = { width: 320, height: 180 };
    using encoder = new Encoder({ codec: 'jpeg', ...size, quality: 50 });
    using first = natural(size, 1);
    using second = natural(size, 2);
    const one = await encoder.encode(first);
    const copy = Buffer.from(one);
    await encoder.encode(second);
    expect(copy.equals(one)).toBe(true);
  });

  it('may be closed before its first picture, and several work side by side', async () => {
    for (const quality of [5, 50, 'source'] as const) {
      const encoder = new Encoder({ codec: 'jpeg', ...HD, quality });
      encoder[Symbol.dispose]();
    }
    const size = { width: 640, height: 360 };
    using picture = natural(size);
    const lengths = await Promise.all([20, 50, 80, 95].map(async q => (await encode(picture, size, q)).length));
    expect(lengths.toSorted((a, b) => a - b)).toEqual(lengths);
  });
});

describe('quality "source"', () => {
  const size = { width: 64, height: 48 };
  const own = Buffer.from('any bytes, they are not looked at');

  function pictureWith(jpeg?: Uint8Array): Picture {
    const { width, height } = size;
    const pixels = plain(size, [126, 128, 128]);
    const picture: Picture = {
      capturedAt: 0,
      width,
      height,
      pixels: () => pixels.pixels(),
      free: () => pixels.free(),
    };
    return jpeg === undefined ? picture : { ...picture, jpeg };
  }

  it("hands the source's own JPEG on, the very same bytes", async () => {
    const picture = pictureWith(own);
    expect(await encode(picture, size, 'source')).toBe(own);
    picture.free();
  });

  it('encodes a picture that is no JPEG, or of another size, as well as can be seen', async () => {
    for (const [picture, wanted] of [
      [pictureWith(), size],
      [pictureWith(own), { width: 32, height: 24 }],
    ] as const) {
      const jpeg = await encode(picture, wanted, 'source');
      const { width, height } = await sharp(jpeg).metadata();
      expect({ width, height }).toEqual(wanted);
      expect(farthest(await colourOf(jpeg), [128, 128, 128])).toBeLessThanOrEqual(3);
      picture.free();
    }
  });
});
