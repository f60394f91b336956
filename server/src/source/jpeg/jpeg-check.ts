import type { Size } from '@framewire/shared/rendition';
import { jpegHeader, type JpegHeader } from './jpeg-header.js';
import { isSameOrientation, type Orientation } from '../orientation.js';

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** Pixels a side, as `--size` has them. */
const SMALLEST = 32;
const LARGEST = 16_384;

/** A block of 8x8 pixels takes a bit at least, in the first scan of a progressive picture (ITU T.81, G.1.2). */
const MOST_PIXELS_PER_BYTE = 512;

/** So many pictures in a row without an end marker, and none with one, come from a camera that never writes it. */
const NEVER_ENDS_AFTER = 30;

/** What a picture says of its shape. */
export interface JpegShape extends Size {
  /** Of EXIF; undefined where the pixels are upright as they lie. */
  readonly orientation: Orientation | undefined;
}

/** What the pictures of a source have shown so far. */
export interface JpegCheck {
  /** Of the pictures that are taken. */
  readonly shape: JpegShape | undefined;
  /** Another shape that the last picture claimed; the next one confirms it, or that picture was damaged. */
  readonly claimed: JpegShape | undefined;
  /** Pictures in a row that had no end. */
  readonly endless: number;
}

export const UNCHECKED: JpegCheck = { shape: undefined, claimed: undefined, endless: 0 };

export interface CheckedJpeg {
  readonly check: JpegCheck;
  /** The JPEG without what stood behind it, over the same memory where it can be; undefined: not to be shown. */
  readonly jpeg: Buffer | undefined;
  /** Pictures known by now to be damaged, this one or the one before: 0 to 2. */
  readonly damaged: number;
}

/**
 * Tells a whole JPEG of a believable size from a damaged one, by its headers and its end. A flipped bit in the size
 * would have every rendition made anew, and memory taken for pixels that do not exist: another shape is believed when
 * two pictures in a row have it. Pure.
 */
export function checkJpeg(check: JpegCheck, bytes: Buffer): CheckedJpeg {
  const refuted = check.claimed === undefined ? 0 : 1;
  const header = jpegHeader(bytes);
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
  const shape = shapeOf(header);
  if (check.shape === undefined || isSame(shape, check.shape)) {
    return { check: { shape, claimed: undefined, endless }, jpeg, damaged: refuted };
  }
  if (check.claimed !== undefined && isSame(shape, check.claimed)) {
    return { check: { shape, claimed: undefined, endless }, jpeg, damaged: 0 };
  }
  return { check: { shape: check.shape, claimed: shape, endless }, jpeg: undefined, damaged: refuted };
}

function isBelievable({ width, height }: Size, bytes: number): boolean {
  const isAllowed = Math.min(width, height) >= SMALLEST && Math.max(width, height) <= LARGEST;
  return isAllowed && width * height <= bytes * MOST_PIXELS_PER_BYTE;
}

function shapeOf({ width, height, orientation }: JpegHeader): JpegShape {
  return { width, height, orientation };
}

function isSame(a: JpegShape, b: JpegShape): boolean {
  return a.width === b.width && a.height === b.height && isSameOrientation(a.orientation, b.orientation);
}
