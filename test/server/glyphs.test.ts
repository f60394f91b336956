import { describe, expect, it } from 'vitest';
import { drawText } from '../../server/src/glyphs.js';

describe('text', () => {
  it('is drawn about as high as it is asked for, without the fonts of the machine', async () => {
    for (const height of [10, 20, 40, 80]) {
      const mask = await drawText('Hxg', height);
      expect(mask.height).toBeGreaterThan(height * 0.5);
      expect(mask.height).toBeLessThan(height * 1.2);
      expect(mask.coverage).toHaveLength(mask.width * mask.height);
      expect(Math.max(...mask.coverage)).toBeGreaterThan(200);
    }
  });

  it('has the same width for every character', async () => {
    const [one, two, narrow, wide] = await Promise.all(['0', '00', 'i0', 'W0'].map(text => drawText(text, 40)));
    const advance = (two?.width ?? 0) - (one?.width ?? 0);
    expect(advance).toBeGreaterThan(10);
    for (const mask of [narrow, wide])
      expect(Math.abs((mask?.width ?? 0) - (two?.width ?? 0))).toBeLessThan(advance / 2);
  });

  it('wraps where it is told to', async () => {
    const line = await drawText('one two three four', 20);
    const block = await drawText('one two three four', 20, line.width / 2);
    expect(block.width).toBeLessThanOrEqual(line.width / 2 + 1);
    expect(block.height).toBeGreaterThan(line.height * 1.5);
  });

  it('takes the signs of markup as they are', async () => {
    const tags = await drawText('<b>', 40);
    const three = await drawText('xxx', 40);
    expect(Math.abs(tags.width - three.width)).toBeLessThan(20);
  });

  it.each(['', '   ', '\n\t', '\0'])('of nothing visible (%j) is empty', async text => {
    expect(Math.max(...(await drawText(text, 20)).coverage)).toBe(0);
  });
});
