import type { Size } from '@framewire/shared/rendition';
import { exifOrientation } from './exif-orientation.js';
import type { Orientation } from '../orientation.js';

export interface JpegHeader extends Size {
  /** Offset of the first byte behind height and width. */
  readonly endsAt: number;
  /** Of EXIF; undefined where the pixels are upright as they lie. */
  readonly orientation: Orientation | undefined;
}

/** Markers from C0 to CF that begin no frame: Huffman tables, a reserved one, arithmetic conditioning. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];

/** EXIF stands in the first of these (JEITA CP-3451, 4.5.4). */
const APP1 = 0xe1;

const START_OF_SCAN = 0xda;

/**
 * What stands in front of a JPEG's own data (ITU T.81, B.2.2), found without decoding anything: a few steps from segment
 * to segment.
 *
 * @returns undefined when there is no frame header before the picture's data.
 */
export function jpegHeader(jpeg: Uint8Array): JpegHeader | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (jpeg.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let orientation: Orientation | undefined;
  // Marker, length, precision, height and width: 9 bytes of a frame header are looked at.
  for (let at = 2; at + 9 <= jpeg.length;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === START_OF_SCAN) return undefined;
    // Any number of FF may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if ((marker & 0xf0) === 0xc0 && !NO_FRAME.includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), endsAt: at + 9, orientation };
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === APP1) orientation ??= exifOrientation(jpeg.subarray(at + 4, end));
    at = end;
  }
  return undefined;
}
