import { createRequire } from 'node:module';
import sharp from 'sharp';

/**
 * Text without the machine's fonts: a bare Debian has none, and a placeholder that cannot say why is no use.
 * The DejaVu fonts come from npm.
 */
const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf');

/** How much of each pixel is ink, 0-255, row by row; stride = width. */
export interface Mask {
  width: number;
  height: number;
  coverage: Uint8Array;
}

/**
 * Draws text in a fixed-width font; nothing visible gives an empty mask. Control characters are drawn as spaces.
 *
 * @param height of a line in pixels, at least 8.
 * @param maxWidth where lines wrap, pixels; absent: one line.
 */
export async function drawText(text: string, height: number, maxWidth?: number): Promise<Mask> {
  const line = text.replaceAll(/\p{Cc}/gu, ' ');
  if (line.trim() === '') return { width: 1, height: 1, coverage: new Uint8Array(1) };
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

/** Pango reads its text as markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
