import type { Orientation } from '../orientation.js';

const EXIF = Buffer.from('Exif\0\0');

/** The byte order of TIFF: `II` or `MM`. */
const LITTLE = 0x4949;
const BIG = 0x4d4d;
const TIFF = 42;

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** Where the first row and column of the pixels belong, from 2 on; 1 is upright (TIFF 6.0, tag Orientation). */
const FROM_2: readonly Orientation[] = [
  { turns: 0, isMirrored: true },
  { turns: 2, isMirrored: false },
  { turns: 2, isMirrored: true },
  { turns: 1, isMirrored: true },
  { turns: 1, isMirrored: false },
  { turns: 3, isMirrored: true },
  { turns: 3, isMirrored: false },
];

/**
 * How a JPEG is to be turned, as cameras write it that are held sideways (EXIF 2.3, 4.5.4 and 4.6.4).
 *
 * @param segment the data of an APP1 segment.
 * @returns undefined where the picture is upright, or the segment says nothing that makes sense.
 */
export function exifOrientation(segment: Uint8Array): Orientation | undefined {
  if (!EXIF.equals(segment.subarray(0, EXIF.length))) return undefined;
  const tiff = new DataView(segment.buffer, segment.byteOffset + EXIF.length, segment.byteLength - EXIF.length);
  if (tiff.byteLength < 8) return undefined;
  const order = tiff.getUint16(0);
  const isLittle = order === LITTLE;
  if ((!isLittle && order !== BIG) || tiff.getUint16(2, isLittle) !== TIFF) return undefined;
  const directory = tiff.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return undefined;
  const end = directory + 2 + tiff.getUint16(directory, isLittle) * ENTRY_BYTES;
  for (let at = directory + 2; at + ENTRY_BYTES <= Math.min(end, tiff.byteLength); at += ENTRY_BYTES) {
    if (tiff.getUint16(at, isLittle) !== ORIENTATION) continue;
    return tiff.getUint16(at + 2, isLittle) === SHORT ? FROM_2[tiff.getUint16(at + 8, isLittle) - 2] : undefined;
  }
  return undefined;
}
