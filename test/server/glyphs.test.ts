import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../server/src/font-coverage.js';
import { drawText } from '../../server/src/glyphs.js';

describe('the font', () => {
  const hasGlyph = glyphsOf(
    readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
  );
  const isDrawn = (text: string) => Array.from(text).map(character => hasGlyph(character.codePointAt(0) ?? 0));

  it('has the letters of many scripts, and no Chinese', () => {
    expect(isDrawn('Küche Łódź ộ Ωμέγα Двор ساحة')).not.toContain(false);
    expect(isDrawn('厨房キ📷')).not.toContain(true);
  });

  it('is refused when it is cut off', () => {
    expect(() => glyphsOf(Buffer.alloc(5))).toThrow(RangeError);
    expect(() => glyphsOf(Buffer.alloc(12))).toThrow('no table');
  });
});

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

  it('has an ellipsis in place of what the font has not', async () => {
    const [given, plain] = await Promise.all(['yard 厨房📷', 'yard …'].map(text => drawText(text, 20)));
    expect(given).toEqual(plain);
  });

  it.each(['', '   ', '\n\t', '\0', '厨房', 'キッチン 📷'])('of nothing visible (%j) is empty', async text => {
    expect(Math.max(...(await drawText(text, 20)).coverage)).toBe(0);
  });
});
