import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { glyphsOf } from './font-coverage.js';

/**
 * Text without the machine's fonts: a bare Debian has none, and a placeholder that cannot say why is no use.
 * The DejaVu fonts come from npm.
 */
const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf');

const hasGlyph = glyphsOf(readFileSync(FONT_FILE));

/** How much of each pixel is ink, 0-255, row by row; stride = width. */
export interface Mask {
  width: number;
  height: number;
  coverage: Uint8Array;
}

/**
 * Draws text in a fixed-width font; nothing visible gives an empty mask. Control characters are drawn as spaces, characters
 * that the font lacks, as Chinese ones, as an ellipsis: Pango would draw boxes full of digits.
 *
 * @param height of a line in pixels, at least 8.
 * @param maxWidth where lines wrap, pixels; absent: one line.
 */
export async function drawText(text: string, height: number, maxWidth?: number): Promise<Mask> {
  const line = drawable(text);
  if (/^[\s…]*$/u.test(line)) return { width: 1, height: 1, coverage: new Uint8Array(1) };
  const drawn = sharp({
    text: {
      text: escapeMarkup(line),
      font: `DejaVu Sans Mono ${Math.max(6, Math.round(height * 0.78))}px`,
      fontfile: FONT_FILE,
      dpi: 72,
      ...(maxWidth === undefined ? {} : { width: Math.max(16, Math.floor(maxWidth)), wrap: 'word-char' }),
    },
  });
  const { data, info } = await drawn.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, coverage: data };
}

function drawable(text: string): string {
  const characters = Array.from(text.replaceAll(/\p{Cc}/gu, ' '));
  const known = characters.map(character => (hasGlyph(character.codePointAt(0) ?? 0) ? character : '…'));
  return known.join('').replaceAll(/…+/gu, '…');
}

/** Pango reads its text as markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
