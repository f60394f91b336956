import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { exifOrientation } from '../../../../server/src/source/jpeg/exif-orientation.js';
import { jpegHeader } from '../../../../server/src/source/jpeg/jpeg-header.js';
import { seededRandom } from '../../../support/random.js';

const picture = sharp({ create: { width: 322, height: 180, channels: 3, background: 'teal' } });

describe('the size in a JPEG', () => {
  it.each([
    ['baseline', { progressive: false }],
    ['progressive', { progressive: true }],
  ])('is found in a %s one', async (_, options) => {
    expect(jpegHeader(await picture.clone().jpeg(options).toBuffer())).toMatchObject({ width: 322, height: 180 });
  });

  it('is found behind segments that a camera puts first, and bytes that fill', async () => {
    const jpeg = await picture.clone().jpeg().toBuffer();
    // A comment that holds a frame header of its own.
    const comment = Buffer.from('fffe000cffc0001108000a000a03', 'hex');
    const bytes = Buffer.concat([jpeg.subarray(0, 2), comment, Buffer.from('ffff', 'hex'), jpeg.subarray(2)]);
    expect(jpegHeader(bytes)).toMatchObject({ width: 322, height: 180 });
  });

  it('is unknown for bytes that are cut off before it, at every length, or are none', async () => {
    const jpeg = await picture.clone().jpeg().toBuffer();
    const at = jpeg.indexOf(Buffer.from('ffc0', 'hex'));
    for (let length = 0; length < at + 9; length += 1) {
      expect(jpegHeader(jpeg.subarray(0, length))).toBeUndefined();
    }
    expect(jpegHeader(Buffer.alloc(1000, 0x5a))).toBeUndefined();
    expect(jpegHeader(Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(1000)]))).toBeUndefined();
    expect(jpegHeader(Buffer.alloc(1000, 0xff))).toBeUndefined();
  });
});

/** An APP1 segment with one directory of two entries, by hand: sharp writes one byte order only. */
function exif(order: 'II' | 'MM', value: number, type = 3): Buffer {
  const isLittle = order === 'II';
  const tiff = new DataView(new ArrayBuffer(8 + 2 + 2 * 12 + 4));
  tiff.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, isLittle);
  tiff.setUint32(4, 8, isLittle);
  tiff.setUint16(8, 2, isLittle);
  [
    [0x0106, 3, 2],
    [0x0112, type, value],
  ].forEach(([tag = 0, kind = 0, short = 0], i) => {
    tiff.setUint16(10 + i * 12, tag, isLittle);
    tiff.setUint16(12 + i * 12, kind, isLittle);
    tiff.setUint32(14 + i * 12, 1, isLittle);
    tiff.setUint16(18 + i * 12, short, isLittle);
  });
  return Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(tiff.buffer)]);
}

describe('the orientation in EXIF', () => {
  const MEANT = [
    [2, { turns: 0, isMirrored: true }],
    [3, { turns: 2, isMirrored: false }],
    [4, { turns: 2, isMirrored: true }],
    [5, { turns: 1, isMirrored: true }],
    [6, { turns: 1, isMirrored: false }],
    [7, { turns: 3, isMirrored: true }],
    [8, { turns: 3, isMirrored: false }],
  ] as const;

  it.each(MEANT)('%i is %j in both byte orders, and in a JPEG', async (value, orientation) => {
    for (const order of ['II', 'MM'] as const) expect(exifOrientation(exif(order, value))).toEqual(orientation);
    const jpeg = await picture.clone().withMetadata({ orientation: value }).jpeg().toBuffer();
    expect(jpegHeader(jpeg)).toMatchObject({ width: 322, height: 180, orientation });
  });

  it('is none where it is upright, out of range or of another type', () => {
    for (const value of [0, 1, 9, 0xffff]) expect(exifOrientation(exif('II', value))).toBeUndefined();
    expect(exifOrientation(exif('MM', 6, 4))).toBeUndefined();
    expect(exifOrientation(Buffer.from('http://ns.adobe.com/xap/1.0/\0'))).toBeUndefined();
  });

  it('is none in what is cut off, at every length', () => {
    const whole = exif('MM', 6);
    const needed = whole.length - 4;
    for (let length = 0; length < needed; length += 1) {
      expect(exifOrientation(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('is one of these or none, whatever the bytes', () => {
    const known = new Set(MEANT.map(([, orientation]) => JSON.stringify(orientation)));
    const next = seededRandom(7);
    const unknown = Array.from({ length: 5000 }, (_, i) => {
      const damaged = exif(i % 2 === 0 ? 'II' : 'MM', 6);
      for (let flips = 0; flips < 4; flips += 1) damaged[6 + Math.floor(next() * (damaged.length - 6))] = next() * 256;
      return JSON.stringify(exifOrientation(damaged));
    }).filter(found => found !== undefined && !known.has(found));
    expect(unknown).toEqual([]);
  });
});
