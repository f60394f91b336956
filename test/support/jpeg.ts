/** The sampling factors in a JPEG's frame header (ITU T.81, B.2.2); sharp calls 4:2:2 by another name. */
export function chromaOf(jpeg: Uint8Array): string {
  for (let at = 2; at < jpeg.length;) {
    const marker = jpeg[at + 1];
    if (marker === 0xc0) return jpeg[at + 11] === 0x22 ? '4:2:0' : jpeg[at + 11] === 0x21 ? '4:2:2' : 'other';
    at += 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
  }
  throw new Error('This JPEG has no baseline frame header.');
}
