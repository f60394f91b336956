import type { Size } from '@framewire/shared/rendition';

/** Markers from C0 to CF that begin no frame: Huffman tables, a reserved one, arithmetic conditioning. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** Pixels a side, as `--size` has them. */
const SMALLEST = 32;
const LARGEST = 16_384;

/** A block of 8x8 pixels takes a bit at least, in the first scan of a progressive picture (ITU T.81, G.1.2). */
const MOST_PIXELS_PER_BYTE = 512;

/** So many pictures in a row without an end marker, and none with one, come from a camera that never writes it. */
const NEVER_ENDS_AFTER = 30;

/** What the pictures of a source have shown so far. */
export interface JpegCheck {
  /** Of the pictures that are taken. */
  readonly size: Size | undefined;
  /** Another size that the last picture claimed; the next one confirms it, or that picture was damaged. */
  readonly claimed: Size | undefined;
  /** Pictures in a row that had no end. */
  readonly endless: number;
}

export const UNCHECKED: JpegCheck = { size: undefined, claimed: undefined, endless: 0 };

export interface CheckedJpeg {
  readonly check: JpegCheck;
  /** The JPEG without what stood behind it, over the same memory where it can be; undefined: not to be shown. */
  readonly jpeg: Buffer | undefined;
  /** Pictures known by now to be damaged, this one or the one before: 0 to 2. */
  readonly damaged: number;
}

/**
 * Tells a whole JPEG of a believable size from a damaged one, by its headers and its end. A flipped bit in the size
 * would have every rendition made anew, and memory taken for pixels that do not exist: another size is believed when
 * two pictures in a row have it. Pure.
 */
export function checkJpeg(check: JpegCheck, bytes: Buffer): CheckedJpeg {
  const refuted = check.claimed === undefined ? 0 : 1;
  const header = frameHeader(bytes);
  if (header === undefined || !isBelievable(header, bytes.length)) {
    return { check: { ...check, claimed: undefined }, jpeg: undefined, damaged: refuted + 1 };
  }
  const end = bytes.lastIndexOf(END_OF_IMAGE);
  const isEndless = end < header.endsAt;
  const endless = isEndless ? check.endless + 1 : 0;
  if (isEndless && endless <= NEVER_ENDS_AFTER) {
    return { check: { ...check, claimed: undefined, endless }, jpeg: undefined, damaged: refuted + 1 };
  }
  const jpeg = isEndless ? Buffer.concat([bytes, END_OF_IMAGE]) : bytes.subarray(0, end + END_OF_IMAGE.length);
  const size = { width: header.width, height: header.height };
  if (check.size === undefined || isSame(size, check.size)) {
    return { check: { size, claimed: undefined, endless }, jpeg, damaged: refuted };
  }
  if (check.claimed !== undefined && isSame(size, check.claimed)) {
    return { check: { size, claimed: undefined, endless }, jpeg, damaged: 0 };
  }
  return { check: { size: check.size, claimed: size, endless }, jpeg: undefined, damaged: refuted };
}

interface FrameHeader extends Size {
  /** Offset of the first byte behind height and width. */
  readonly endsAt: number;
}

/**
 * A JPEG's frame header (ITU T.81, B.2.2), found without decoding anything: a few steps from segment to segment.
 *
 * @returns undefined when there is none before the picture's own data.
 */
export function frameHeader(jpeg: Uint8Array): FrameHeader | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (jpeg.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  // Marker, length, precision, height and width: 9 bytes of a frame header are looked at.
  for (let at = 2; at + 9 <= jpeg.length;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0xda) return undefined;
    // Any number of FF may stand before a marker.
    if (marker === 0xff) at += 1;
    else if ((marker & 0xf0) === 0xc0 && !NO_FRAME.includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), endsAt: at + 9 };
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function isBelievable({ width, height }: Size, bytes: number): boolean {
  const isAllowed = Math.min(width, height) >= SMALLEST && Math.max(width, height) <= LARGEST;
  return isAllowed && width * height <= bytes * MOST_PIXELS_PER_BYTE;
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
