import type { Size } from '@framewire/shared/rendition';

/** Markers from C0 to CF that begin no frame: Huffman tables, a reserved one, arithmetic conditioning. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];

/**
 * The size in a JPEG's frame header (ITU T.81, B.2.2), found without decoding anything: a few steps from segment to
 * segment.
 *
 * @returns undefined when there is no frame header before the picture's own data.
 */
export function jpegSize(jpeg: Uint8Array): Size | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  // Marker, length, precision, height and width: 9 bytes of a frame header are looked at.
  for (let at = 2; at + 9 <= jpeg.length;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0xda) return undefined;
    // Any number of FF may stand before a marker.
    if (marker === 0xff) at += 1;
    else if ((marker & 0xf0) === 0xc0 && !NO_FRAME.includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
