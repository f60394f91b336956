import sharp, { type JpegOptions } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { JpegSplitter, NoJpegsError } from '../../../../server/src/source/http/jpeg-splitter.js';
import { seeded } from '../../../shared/seeded.js';
import { DIALECTS } from '../../../support/camera/mjpeg-dialects.js';

/** How the bytes of these dialects travel is undone by the HTTP client, before they are cut into pictures. */
const TRAVELLING = ['chunks', 'gzip', 'brotli'];

const EOI = Buffer.from([0xff, 0xd9]);

async function noise(width: number, options: JpegOptions = {}): Promise<Buffer> {
  const random = seeded(width);
  const pixels = Buffer.from(Array.from({ length: width * 24 * 3 }, () => Math.floor(random() * 256)));
  return sharp(pixels, { raw: { width, height: 24, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

function split(splitter: JpegSplitter, bytes: Buffer, cutAt: (at: number) => number): Buffer[] {
  const pictures: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = cutAt(at);
    pictures.push(...splitter.push(bytes.subarray(at, next)));
    at = next;
  }
  const last = splitter.end();
  return last === undefined ? pictures : [...pictures, last];
}

const whole = () => Infinity;
const hash = (pictures: readonly Buffer[]) => pictures.map(picture => picture.toString('base64'));

describe('a stream of JPEGs', () => {
  let jpegs: Buffer[] = [];
  let withThumbnail = Buffer.alloc(0);
  beforeAll(async () => {
    jpegs = await Promise.all([noise(32), noise(40, { progressive: true }), noise(48, { chromaSubsampling: '4:4:4' })]);
    const [first = Buffer.alloc(0), , third = Buffer.alloc(0)] = jpegs;
    const length = Buffer.alloc(4);
    length.writeUInt16BE(0xffe1);
    length.writeUInt16BE(first.length + 2, 2);
    withThumbnail = Buffer.concat([third.subarray(0, 2), length, first, third.subarray(2)]);
    // Restart markers, and FF that fills before a marker.
    const scan = third.indexOf(Buffer.from([0xff, 0xda]));
    const restarts = Buffer.concat([third.subarray(0, -2), Buffer.from([0xff, 0xd0, 0x12, 0xff, 0xff, 0xff, 0xd9])]);
    const filled = Buffer.concat([third.subarray(0, scan), Buffer.from([0xff, 0xff]), third.subarray(scan)]);
    jpegs.push(withThumbnail, restarts, filled);
  });

  const dialects = DIALECTS.filter(({ name }) => !TRAVELLING.includes(name));

  it.each(dialects)('is understood with $name', ({ boundary, body }) => {
    expect(hash(split(new JpegSplitter(boundary), body(jpegs), whole))).toEqual(hash(jpegs));
  });

  it.each(dialects)('is understood byte by byte, with $name', ({ boundary, body }) => {
    expect(hash(split(new JpegSplitter(boundary), body(jpegs), at => at + 1))).toEqual(hash(jpegs));
  });

  it('is understood wherever it is cut in two', () => {
    const [dialect] = dialects;
    const bytes = dialect?.body(jpegs.slice(0, 2)) ?? Buffer.alloc(0);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const pictures = split(new JpegSplitter('frame'), bytes, at => (at === 0 ? cut : Infinity));
      expect(hash(pictures)).toEqual(hash(jpegs.slice(0, 2)));
    }
  });

  it('gives a picture as soon as its last byte is there', () => {
    const splitter = new JpegSplitter();
    const [jpeg = Buffer.alloc(0)] = jpegs;
    expect(splitter.push(jpeg.subarray(0, -1))).toEqual([]);
    expect(splitter.push(jpeg.subarray(-1))).toEqual([jpeg]);
  });

  it.each([
    ['a boundary', 'frame', '\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n'],
    ['a boundary that the header does not name', undefined, '\r\n--frame\r\n\r\n'],
    ['the next picture', undefined, ''],
  ])('cut off by %s costs the picture that was cut off', (_, boundary, between) => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = jpegs;
    for (const cut of [first.length - 2, first.length - 40, 400, 100, 21, 3]) {
      const head = Buffer.from(between.trimStart());
      const bytes = Buffer.concat([head, first.subarray(0, cut), Buffer.from(between), second, Buffer.from(between)]);
      const pictures = split(new JpegSplitter(boundary), bytes, whole);
      expect(pictures.at(-1)?.equals(second)).toBe(true);
    }
  });

  it('a picture without FF D9 gets one where its length says that it is whole', () => {
    const [first = Buffer.alloc(0)] = jpegs;
    const bare = first.subarray(0, -2);
    const stream = (length: number) => {
      const part = `--frame\r\nContent-Length: ${length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(part), bare, Buffer.from('\r\n--frame\r\n')]);
    };
    expect(split(new JpegSplitter('frame'), stream(bare.length), whole)).toEqual([Buffer.concat([bare, EOI])]);
    expect(split(new JpegSplitter('frame'), stream(bare.length + 1), whole)).toEqual([bare]);
  });

  it('that ends within a picture gives what there is of it', () => {
    const [first = Buffer.alloc(0)] = jpegs;
    const splitter = new JpegSplitter('frame');
    splitter.push(first.subarray(0, -20));
    expect(splitter.end()).toEqual(first.subarray(0, -20));
    expect(splitter.end()).toBeUndefined();
  });

  it('without JPEGs is given up, and so is a picture without an end', () => {
    const limits = { picture: 100_000, between: 50_000 };
    const page = new JpegSplitter('frame', limits);
    expect(() => {
      for (let given = 0; given <= limits.between; given += 600) page.push(Buffer.from('<html>'.repeat(100)));
    }).toThrow(NoJpegsError);
    const endless = Buffer.concat([(jpegs[0] ?? Buffer.alloc(0)).subarray(0, -2), Buffer.alloc(1000)]);
    const splitter = new JpegSplitter('frame', limits);
    splitter.push(endless);
    expect(() => {
      for (let given = 0; given <= limits.picture; given += 1000) splitter.push(Buffer.alloc(1000));
    }).toThrow(NoJpegsError);
  });

  it('with any damage goes on with the first picture that is whole and follows whole', () => {
    const random = seeded(7);
    const [first = Buffer.alloc(0), second = Buffer.alloc(0), third = Buffer.alloc(0)] = jpegs;
    const part = (jpeg: Buffer) => Buffer.concat([Buffer.from('--frame\r\nContent-Type: image/jpeg\r\n\r\n'), jpeg]);
    for (let round = 0; round < 3000; round += 1) {
      const damaged = Buffer.from(first);
      for (let i = 0; i < 1 + (round % 8); i += 1) damaged[Math.floor(random() * damaged.length)] = random() * 256;
      const cut = round % 3 === 0 ? damaged.subarray(0, Math.floor(random() * damaged.length)) : damaged;
      const crlf = Buffer.from('\r\n');
      const bytes = Buffer.concat([part(cut), crlf, part(second), crlf, part(third), crlf]);
      const pictures = split(new JpegSplitter('frame'), bytes, at => at + 1 + Math.floor(random() * 500));
      expect(pictures.length).toBeLessThan(8);
      expect(pictures.slice(-2).map(picture => picture.length)).toEqual([second.length, third.length]);
    }
  });
});
