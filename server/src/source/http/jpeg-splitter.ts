import { walkJpeg, WALK_START, type JpegWalk } from './jpeg-walk.js';

/** No camera makes larger pictures: 8192x4320 at the best quality has 20 MB. */
const LARGEST_PICTURE = 32 * 1024 * 1024;

/** What may stand between two pictures: part headers, or parts that are no pictures. */
const MOST_BETWEEN = 1024 * 1024;

/** So much of what stands in front of a picture is looked at for its headers. */
const HEADERS = 16 * 1024;

const FIRST_BYTES = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** What comes is no JPEGs, or none of a sane size. */
export class NoJpegsError extends Error {}

/**
 * Cuts a stream of bytes into JPEGs. What stands between FF D8 and the FF D9 that belongs to it, or the next boundary,
 * or the next FF D8, is a picture; part headers may be wrong, strange or missing, and so may boundaries. Only
 * Content-Length of a part is looked at, where a picture has no FF D9: one that is whole by its length gets it.
 *
 * Memory is bounded by the largest picture. Bytes are looked at once, however they are cut up.
 */
export class JpegSplitter {
  readonly #largest: number;
  readonly #mostBetween: number;
  /** Without dashes in front; undefined while there is none. */
  #boundary: Buffer | undefined;
  #bytes = Buffer.alloc(FIRST_BYTES);
  #length = 0;
  /** undefined between pictures; else the picture begins at 0 of the bytes. */
  #walk: JpegWalk | undefined;
  /** The picture has been searched for a boundary up to here. */
  #searched = 0;
  #between = 0;
  #partBytes: number | undefined;

  /** @param boundary as the response's header has it; absent where it has none, and learned from the first part. */
  constructor(boundary?: string, limits = { picture: LARGEST_PICTURE, between: MOST_BETWEEN }) {
    this.#boundary = tokenOf(boundary ?? '');
    this.#largest = limits.picture;
    this.#mostBetween = limits.between;
  }

  /**
   * @returns the pictures that are whole now, each in memory of its own.
   * @throws NoJpegsError
   */
  push(chunk: Uint8Array): Buffer[] {
    this.#append(chunk);
    const pictures: Buffer[] = [];
    for (;;) {
      if (this.#walk === undefined && !this.#findStart()) break;
      const picture = this.#takePicture();
      if (picture === undefined) break;
      pictures.push(picture);
    }
    if (this.#walk !== undefined && this.#length > this.#largest) {
      throw new NoJpegsError(`a picture has more than ${this.#largest >> 20} MB`);
    }
    return pictures;
  }

  /** The stream has ended. @returns the picture that it ended with, without its FF D9; undefined when there is none. */
  end(): Buffer | undefined {
    if (this.#walk === undefined) return undefined;
    this.#walk = undefined;
    const picture = this.#cut(this.#length, this.#length);
    return picture.length > 4 ? picture : undefined;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Leaves the first picture's FF D8 at 0 of the bytes, or as much as its headers may need. */
  #findStart(): boolean {
    const bytes = this.#bytes.subarray(0, this.#length);
    const start = bytes.indexOf(SOI_AND_MORE);
    const skipped = start < 0 ? Math.max(0, this.#length - HEADERS) : start;
    if (start >= 0) this.#readHeaders(bytes.subarray(Math.max(0, start - HEADERS), start).toString('latin1'));
    this.#between += skipped;
    this.#drop(skipped);
    if (start < 0) {
      if (this.#between + this.#length > this.#mostBetween) throw new NoJpegsError('there is no JPEG in it');
      return false;
    }
    this.#between = 0;
    this.#walk = WALK_START;
    this.#searched = 0;
    return true;
  }

  #readHeaders(text: string): void {
    const length = /^content-length *: *"?(\d+)/im.exec(text)?.[1];
    this.#partBytes = length === undefined ? undefined : Number(length);
    // Cameras exist whose header names another boundary than they send.
    if (this.#boundary !== undefined && text.includes(this.#boundary.toString('latin1'))) return;
    this.#boundary = tokenOf(/(?:^|\n)(--[^\r\n]{1,200})\r?\n/.exec(text)?.[1] ?? '') ?? this.#boundary;
  }

  #takePicture(): Buffer | undefined {
    if (this.#walk === undefined) return undefined;
    const bytes = this.#bytes.subarray(0, this.#length);
    const { walk, end } = walkJpeg(bytes, this.#walk);
    this.#walk = walk;
    const boundaryAt = this.#findBoundary(bytes.subarray(0, end));
    if (boundaryAt === undefined && end === undefined) return undefined;
    this.#walk = undefined;
    if (boundaryAt === undefined) return this.#cut(end ?? 0, end ?? 0);
    const picture = this.#cut(lineEnd(bytes, boundaryAt), boundaryAt);
    return picture.length === this.#partBytes ? Buffer.concat([picture, EOI]) : picture;
  }

  /** @returns the offset of the boundary's line; it is searched for a line of its own only. */
  #findBoundary(bytes: Buffer): number | undefined {
    const token = this.#boundary;
    if (token === undefined) return undefined;
    for (;;) {
      const found = bytes.indexOf(token, this.#searched);
      if (found < 0) {
        this.#searched = Math.max(this.#searched, bytes.length - token.length);
        return undefined;
      }
      let start = found;
      while (bytes[start - 1] === DASH) start -= 1;
      let after = found + token.length;
      while (bytes[after] === DASH || bytes[after] === 0x20) after += 1;
      if (bytes[start - 1] === LF) {
        // How the line ends is still to come.
        if (after >= bytes.length) return undefined;
        if (bytes[after] === LF || bytes[after] === CR) return start;
      }
      this.#searched = found + 1;
    }
  }

  /** A copy of the first bytes. @param next what is kept begins there. */
  #cut(end: number, next: number): Buffer {
    const picture = Buffer.from(this.#bytes.subarray(0, end));
    this.#drop(next);
    return picture;
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}

/** FF D8 and the first byte of whatever marker follows. */
const SOI_AND_MORE = Buffer.from([0xff, 0xd8, 0xff]);
const EOI = Buffer.from([0xff, 0xd9]);

/** Dashes belong to the boundary or not, depending on the camera: they are looked for apart. */
function tokenOf(boundary: string): Buffer | undefined {
  const token = boundary.trim().replace(/^-+|-+$/g, '');
  return token === '' ? undefined : Buffer.from(token, 'latin1');
}

/** Where a line break in front of `at` begins: it belongs to the boundary (RFC 2046, 5.1.1). */
function lineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at - 1] !== LF) return at;
  return bytes[at - 2] === CR ? at - 2 : at - 1;
}
