import { describe, expect, it } from 'vitest';
import { I420 } from '../../../server/src/source/i420.js';

const RED = [81, 90, 240] as const;

/** The three planes, as rows of numbers. */
function planes({ width, height, bytes }: I420): number[][][] {
  const plane = (offset: number, stride: number, rows: number) =>
    Array.from({ length: rows }, (_, y) => [...bytes.subarray(offset + y * stride, offset + (y + 1) * stride)]);
  const luma = width * height;
  return [plane(0, width, height), plane(luma, width / 2, height / 2), plane(luma + luma / 4, width / 2, height / 2)];
}

describe('a picture in planar YUV', () => {
  it('is filled in all three planes', () => {
    const picture = new I420(4, 4);
    picture.fill({ x: 2, y: 0, width: 2, height: 2 }, RED);
    expect(planes(picture)).toEqual([
      [
        [0, 0, 81, 81],
        [0, 0, 81, 81],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [0, 90],
        [0, 0],
      ],
      [
        [0, 240],
        [0, 0],
      ],
    ]);
  });

  it.each([
    { x: -3, y: -3, width: 5, height: 5 },
    { x: 6, y: 6, width: 50, height: 50 },
    { x: -10, y: 2, width: 100, height: 1 },
    { x: 8, y: 8, width: 4, height: 4 },
    { x: -9, y: -9, width: 4, height: 4 },
  ])('is filled within its edges only: %j', box => {
    const picture = new I420(8, 8);
    picture.fill(box, [255, 255, 255]);
    const [luma = []] = planes(picture);
    const inside = (x: number, y: number) =>
      x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    luma.forEach((row, y) => expect(row).toEqual(row.map((_, x) => (inside(x, y) ? 255 : 0))));
    expect(picture.bytes).toHaveLength(96);
  });

  it('is inked by a mask, in part where the mask is, and within its edges', () => {
    const mask = { width: 4, height: 2, coverage: Uint8Array.from([0, 255, 128, 255, 255, 255, 0, 255]) };
    const picture = new I420(4, 4);
    picture.ink(mask, { from: 1, count: 2 }, { x: 1, y: 1 });
    picture.ink(mask, { from: 3, count: 9 }, { x: 3, y: -1 });
    picture.ink(mask, { from: 0, count: 4 }, { x: 40, y: 40 });
    picture.ink(mask, { from: 0, count: 4 }, { x: -40, y: 0 });
    expect(planes(picture)[0]).toEqual([
      [0, 0, 0, 235],
      [0, 235, 117, 0],
      [0, 235, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('is copied, not shared', () => {
    const picture = new I420(4, 4);
    const copy = picture.copy();
    copy.fill({ x: 0, y: 0, width: 4, height: 4 }, RED);
    expect(Math.max(...picture.bytes)).toBe(0);
  });
});
