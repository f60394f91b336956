import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UNCHECKED, checkJpeg, type JpegCheck } from '../../../../server/src/source/jpeg/jpeg-check.js';
import { jpegHeader } from '../../../../server/src/source/jpeg/jpeg-header.js';

const picture = sharp({ create: { width: 322, height: 180, channels: 3, background: 'teal' } });

/** The same JPEG with another size in its header. */
function claiming(jpeg: Buffer, width: number, height: number): Buffer {
  const lie = Buffer.from(jpeg);
  const { endsAt } = jpegHeader(lie) ?? { endsAt: 0 };
  lie.writeUInt16BE(height, endsAt - 4);
  lie.writeUInt16BE(width, endsAt - 2);
  return lie;
}

describe('the check of a JPEG', () => {
  /** One picture after the other: which were shown, and how many were found damaged. */
  function run(...jpegs: readonly Buffer[]): { shown: boolean[]; damaged: number; check: JpegCheck } {
    let check = UNCHECKED;
    let damaged = 0;
    const shown = jpegs.map(bytes => {
      const checked = checkJpeg(check, bytes);
      check = checked.check;
      damaged += checked.damaged;
      return checked.jpeg !== undefined;
    });
    return { shown, damaged, check };
  }

  it.each([
    [0, 180],
    [322, 0],
    [31, 180],
    [16_385, 180],
    // Allowed as a size, but not with so few bytes.
    [16_384, 16_384],
    [65_535, 65_535],
  ])('drops and counts one that claims to be %ix%i, and nothing else changes', async (width, height) => {
    const good = await picture.clone().jpeg().toBuffer();
    const { shown, damaged, check } = run(good, claiming(good, width, height), good);
    expect({ shown, damaged }).toEqual({ shown: [true, false, true], damaged: 1 });
    expect(check.shape).toEqual({ width: 322, height: 180 });
  });

  it('believes another size when two in a row have it, and calls a single one damaged', async () => {
    const good = await picture.clone().jpeg().toBuffer();
    const other = await picture.clone().resize(200, 100).jpeg().toBuffer();
    const lie = claiming(good, 320, 176);
    expect(run(good, lie, good)).toMatchObject({ shown: [true, false, true], damaged: 1 });
    expect(run(good, lie, other, other)).toMatchObject({ shown: [true, false, false, true], damaged: 1 });
    const changed = run(good, other, other, other);
    expect(changed).toMatchObject({ shown: [true, false, true, true], damaged: 0 });
    expect(changed.check.shape).toEqual({ width: 200, height: 100 });
  });

  it('believes another orientation likewise', async () => {
    const upright = await picture.clone().jpeg().toBuffer();
    const turned = await picture.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(run(upright, turned, upright)).toMatchObject({ shown: [true, false, true], damaged: 1 });
    const changed = run(upright, turned, turned);
    expect(changed).toMatchObject({ shown: [true, false, true], damaged: 0 });
    expect(changed.check.shape?.orientation).toEqual({ turns: 1, isMirrored: false });
    expect(run(await picture.clone().withMetadata({ orientation: 1 }).jpeg().toBuffer(), upright).damaged).toBe(0);
  });

  it('drops and counts one that is cut off, at every length', async () => {
    const good = await picture
      .clone()
      .withExif({ IFD0: { Copyright: 'two bytes of an end: \xff\xd9' } })
      .jpeg()
      .toBuffer();
    for (let length = 0; length < good.length; length += 1) {
      const { jpeg, damaged } = checkJpeg(UNCHECKED, good.subarray(0, length));
      expect({ length, jpeg, damaged }).toEqual({ length, jpeg: undefined, damaged: 1 });
    }
  });

  it.each([
    ['zeros', Buffer.alloc(4096)],
    ['what a buffer held before', Buffer.alloc(4096, 0x5a)],
  ])('leaves out what a driver put behind it: %s', async (_, padding) => {
    const good = await picture.clone().jpeg().toBuffer();
    expect(checkJpeg(UNCHECKED, Buffer.concat([good, padding])).jpeg?.equals(good)).toBe(true);
  });

  it('ends pictures itself for a camera that never does', async () => {
    const good = await picture.clone().jpeg().toBuffer();
    const endless = good.subarray(0, -2);
    const { shown, damaged, check } = run(...Array.from({ length: 31 }, () => endless));
    expect({ first: shown.indexOf(true), damaged }).toEqual({ first: 30, damaged: 30 });
    expect(checkJpeg(check, endless).jpeg?.equals(good)).toBe(true);
    // One that is ended after all: the others are cut off.
    expect(run(...Array.from({ length: 40 }, () => endless), good, endless).shown.slice(-2)).toEqual([true, false]);
  });
});
