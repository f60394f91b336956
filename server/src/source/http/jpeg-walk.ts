/** How far a JPEG has been followed from marker to marker (ITU T.81, annex B). */
export interface JpegWalk {
  /** Offset of the next byte to look at; may lie beyond the bytes that are there. */
  readonly at: number;
  /** What stands there: a marker, or data of a scan up to the next one. */
  readonly expects: 'marker' | 'data';
  /** Where to go on if there is no marker after all: behind the marker whose length led here. */
  readonly retryAt: number;
}

/** Of a picture whose FF D8 stands at 0. */
export const WALK_START: JpegWalk = { at: 2, expects: 'marker', retryAt: 2 };

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/** Markers that stand alone: 01, and restarts within a scan. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** Segments that may follow a scan: tables, the next scan, comments. What else looks like a marker is damaged data. */
const mayFollowScan = (marker: number) => marker === 0xc4 || (marker >= SOS && marker <= 0xdd) || marker >= 0xe0;

/**
 * Follows a JPEG to its end. An end marker within a segment (a thumbnail's) is none of the picture. What makes no
 * sense is searched for the next marker that does. Pure: call it again with more bytes and what it returned.
 *
 * @param bytes from the FF D8 on.
 * @returns `end`, the offset behind FF D9, or of the FF D8 of another picture where this one was cut off; undefined
 * while there is neither.
 */
export function walkJpeg(bytes: Uint8Array, walk: JpegWalk): { walk: JpegWalk; end?: number } {
  let { at, expects, retryAt } = walk;
  const paused = () => ({ walk: { at, expects, retryAt } });
  for (;;) {
    if (expects === 'data') {
      const found = at < bytes.length ? bytes.indexOf(0xff, at) : -1;
      if (found < 0) at = Math.max(at, bytes.length);
      else at = found;
    }
    if (at + 2 > bytes.length) return paused();
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) {
      at = retryAt;
      expects = 'data';
    } else if (marker === EOI) return { ...paused(), end: at + 2 };
    else if (marker === 0xff) at += 1;
    else if (standsAlone(marker)) at += 2;
    else if (marker === SOI) {
      if (at + 3 > bytes.length) return paused();
      if (bytes[at + 2] === 0xff) return { ...paused(), end: at };
      at += 2;
    } else if (expects === 'data' && !mayFollowScan(marker)) at += 2;
    else {
      if (at + 4 > bytes.length) return paused();
      const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      retryAt = at + 2;
      if (length < 2) {
        at += 2;
        expects = 'data';
      } else {
        at += 2 + length;
        expects = marker === SOS ? 'data' : 'marker';
      }
    }
  }
}
