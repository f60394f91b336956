import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSize } from '../../../../server/src/source/ffmpeg/jpeg-size.js';

const picture = sharp({ create: { width: 322, height: 180, channels: 3, background: 'teal' } });

describe('the size in a JPEG', () => {
  it.each([
    ['baseline', { progressive: false }],
    ['progressive', { progressive: true }],
  ])('is found in a %s one', async (_, options) => {
    expect(jpegSize(await picture.clone().jpeg(options).toBuffer())).toEqual({ width: 322, height: 180 });
  });

  it('is found behind segments that a camera puts first, and bytes that fill', async () => {
    const jpeg = await picture.clone().jpeg().toBuffer();
    // A comment that holds a frame header of its own.
    const comment = Buffer.from('fffe000cffc0001108000a000a03', 'hex');
    const bytes = Buffer.concat([jpeg.subarray(0, 2), comment, Buffer.from('ffff', 'hex'), jpeg.subarray(2)]);
    expect(jpegSize(bytes)).toEqual({ width: 322, height: 180 });
  });

  it('is unknown for bytes that are cut off before it, at every length, or are none', async () => {
    const jpeg = await picture.clone().jpeg().toBuffer();
    const frameHeader = jpeg.indexOf(Buffer.from('ffc0', 'hex'));
    for (let length = 0; length < frameHeader + 9; length += 1) {
      expect(jpegSize(jpeg.subarray(0, length))).toBeUndefined();
    }
    expect(jpegSize(Buffer.alloc(1000, 0x5a))).toBeUndefined();
    expect(jpegSize(Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(1000)]))).toBeUndefined();
    expect(jpegSize(Buffer.alloc(1000, 0xff))).toBeUndefined();
  });
});
