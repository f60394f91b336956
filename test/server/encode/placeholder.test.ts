import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Size } from '@framewire/shared/rendition';
import { drawPlaceholder } from '../../../server/src/encode/placeholder.js';

const REASON = 'Camera /dev/video0 is gone. Plug it in again.';

/** Which rows of the picture have writing in them: pixels that are brighter than the ground. */
async function inkedRows(size: Size, title: string, reason: string): Promise<number[]> {
  const { data, info } = await sharp(await drawPlaceholder(size, title, reason))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rows = Array.from({ length: info.height }, (_, y) => data.subarray(y * info.width, (y + 1) * info.width));
  return rows.flatMap((row, y) => (Math.max(...row) > 90 ? [y] : []));
}

/** How many lines of writing those rows are. */
const lines = (rows: readonly number[]) => rows.filter((y, i) => y !== (rows[i - 1] ?? -2) + 1).length;

describe('a placeholder', () => {
  it.each([
    { width: 1280, height: 720 },
    { width: 640, height: 360 },
    { width: 320, height: 240 },
    { width: 100, height: 400 },
    { width: 641, height: 361 },
    { width: 16, height: 16 },
    { width: 2, height: 2 },
    { width: 1920, height: 20 },
    { width: 3840, height: 2160 },
  ])('is a JPEG of $width x $height', async size => {
    const { format, width, height } = await sharp(await drawPlaceholder(size, 'gate', REASON)).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', ...size });
  });

  it('says the name and the reason, in the middle', async () => {
    const rows = await inkedRows({ width: 1280, height: 720 }, 'gate', REASON);
    expect(lines(rows)).toBe(2);
    const middle = ((rows[0] ?? 0) + (rows.at(-1) ?? 0)) / 2;
    expect(Math.abs(middle - 360)).toBeLessThan(30);
  });

  it('says another reason differently', async () => {
    const size = { width: 320, height: 180 };
    const [one, other] = [
      await drawPlaceholder(size, 'gate', REASON),
      await drawPlaceholder(size, 'gate', 'It hangs.'),
    ];
    expect(Buffer.from(one).equals(other)).toBe(false);
  });

  it('breaks a long reason into lines that are all within the picture', async () => {
    const size = { width: 640, height: 360 };
    const long = `${REASON} `.repeat(4);
    const rows = await inkedRows(size, 'gate', long);
    expect(lines(rows)).toBeGreaterThan(3);
    const columns = await sharp(await drawPlaceholder(size, 'gate', long))
      .greyscale()
      .raw()
      .toBuffer();
    const edges = Array.from({ length: 360 }, (_, y) => [columns[y * 640], columns[y * 640 + 639]]).flat();
    expect(Math.max(...edges.map(level => level ?? 0))).toBeLessThan(60);
  });

  it.each([
    ['much too long', 'word '.repeat(2000)],
    ['of one endless word', 'x'.repeat(3000)],
    ['with the signs of its own language of drawing', '<b>"R&D" & </span> &amp; <!--'],
    ['in another script', 'Кamera ist weg – 相机 ✂ \u{1F4F7}'],
    ['empty', ''],
    ['of control characters', '\0\u0007\u001b[31m\n\n\t'],
  ])('is drawn of a reason that is %s', async (_, reason) => {
    const size = { width: 320, height: 180 };
    const { width, height } = await sharp(await drawPlaceholder(size, 'gate', reason)).metadata();
    expect({ width, height }).toEqual(size);
  });
});
