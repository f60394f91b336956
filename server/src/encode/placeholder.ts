import sharp, { type OverlayOptions } from 'sharp';
import type { Size } from '@framewire/shared/rendition';
import { drawText, type Mask } from '../glyphs.js';

const BACKGROUND = { r: 24, g: 26, b: 31 };
const TITLE = { r: 240, g: 242, b: 245 };
const REASON = { r: 170, g: 176, b: 186 };

/**
 * The picture in place of the picture: which stream, and why there is nothing to see.
 *
 * @returns a whole JPEG of that size.
 */
export async function drawPlaceholder(size: Size, title: string, reason: string): Promise<Uint8Array> {
  const line = Math.max(10, Math.round(size.height / 16));
  const maxWidth = size.width * 0.86;
  const lines = [
    { mask: await drawText(title, line * 1.3, maxWidth), colour: TITLE },
    { mask: await drawText(reason, line * 0.8, maxWidth), colour: REASON },
  ];
  const textHeight = lines.reduce((sum, { mask }) => sum + mask.height, 0) + line;
  let top = Math.max(0, Math.round((size.height - textHeight) / 2));
  const layers: OverlayOptions[] = [];
  for (const { mask, colour } of lines) {
    const width = Math.min(mask.width, size.width);
    const height = Math.min(mask.height, size.height - top);
    if (height < 1) break;
    const input = tint(mask, { width, height }, colour);
    layers.push({ input, raw: { width, height, channels: 4 }, top, left: Math.round((size.width - width) / 2) });
    top += mask.height + line;
  }
  const canvas = sharp({ create: { ...size, channels: 3, background: BACKGROUND } });
  return canvas.composite(layers).jpeg({ quality: 80 }).toBuffer();
}

/** The upper left part of the mask as packed RGBA, stride width * 4. */
function tint(mask: Mask, { width, height }: Size, { r, g, b }: typeof TITLE): Buffer {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      pixels.set([r, g, b, mask.coverage[y * mask.width + x] ?? 0], (y * width + x) * 4);
    }
  }
  return pixels;
}
