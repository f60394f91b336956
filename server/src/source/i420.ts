import type { Mask } from '../glyphs.js';

/** Y, U, V in the limited range: 16-235 and 16-240. */
export type Colour = readonly [y: number, u: number, v: number];

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a plane lies in the bytes: its first byte, bytes a row, and how many rows. */
interface Plane {
  offset: number;
  stride: number;
  rows: number;
}

const WHITE = 235;

/**
 * A picture in planar YUV 4:2:0: the Y plane of width x height bytes, then U and V of half of each.
 * Strides are the plane widths, without padding. Sizes are even.
 */
export class I420 {
  readonly width: number;
  readonly height: number;
  /** All three planes; owned by this picture. */
  readonly bytes: Buffer;

  constructor(width: number, height: number, bytes = Buffer.alloc((width * height * 3) / 2)) {
    this.width = width;
    this.height = height;
    this.bytes = bytes;
  }

  copy(): I420 {
    return new I420(this.width, this.height, Buffer.from(this.bytes));
  }

  /** Fills the part of the box that lies within the picture. */
  fill(box: Box, [y, u, v]: Colour): void {
    const lumaEnd = this.width * this.height;
    const half = { x: box.x >> 1, y: box.y >> 1, width: (box.width + 1) >> 1, height: (box.height + 1) >> 1 };
    const chroma = { stride: this.width / 2, rows: this.height / 2 };
    this.#fillPlane({ offset: 0, stride: this.width, rows: this.height }, box, y);
    this.#fillPlane({ offset: lumaEnd, ...chroma }, half, u);
    this.#fillPlane({ offset: lumaEnd + lumaEnd / 4, ...chroma }, half, v);
  }

  /** Draws some columns of the mask in white, its upper left corner at x, y. */
  ink(mask: Mask, columns: { from: number; count: number }, { x, y }: { x: number; y: number }): void {
    const { from, count } = columns;
    const width = Math.min(count, mask.width - from, this.width - x);
    const height = Math.min(mask.height, this.height - y);
    for (let row = Math.max(0, -y); row < height; row += 1) {
      for (let column = Math.max(0, -x); column < width; column += 1) {
        const coverage = mask.coverage[row * mask.width + from + column] ?? 0;
        const at = (y + row) * this.width + x + column;
        const under = this.bytes[at] ?? 0;
        this.bytes[at] = under + ((WHITE - under) * coverage) / 255;
      }
    }
  }

  #fillPlane({ offset, stride, rows }: Plane, box: Box, value: number): void {
    const left = Math.max(0, box.x);
    const right = Math.min(stride, box.x + box.width);
    for (let row = Math.max(0, box.y); row < Math.min(rows, box.y + box.height); row += 1) {
      this.bytes.fill(value, offset + row * stride + left, offset + row * stride + right);
    }
  }
}
