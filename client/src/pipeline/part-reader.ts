const HEAD_END = new TextEncoder().encode('\r\n\r\n');

/** So much before a picture is no head of one, bytes. */
const LONGEST_HEAD = 4096;
/** Larger ones are not made, bytes. */
const LONGEST_PART = 64 * 1024 * 1024;

/** The stream is not one of parts that say their length. */
export class PartError extends Error {
  override readonly name = 'PartError';
}

/** Takes the parts out of a `multipart/x-mixed-replace` answer as Framewire sends it: each says its Content-Length. */
export class PartReader {
  /** What has come of the next part; grows by doubling, for a part comes in many pieces. */
  #buffer = new Uint8Array(65_536);
  #filled = 0;

  /**
   * @param bytes the next of the stream, cut anywhere
   * @returns the parts that are whole now, oldest first; the caller owns their bytes.
   * @throws PartError
   */
  push(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
    this.#append(bytes);
    const parts = [];
    for (let part = this.#take(); part !== undefined; part = this.#take()) parts.push(part);
    return parts;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.byteLength;
    if (needed > this.#buffer.byteLength) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.byteLength));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled = needed;
  }

  #take(): Uint8Array<ArrayBuffer> | undefined {
    const head = this.#buffer.subarray(0, Math.min(this.#filled, LONGEST_HEAD));
    const headBytes = endOf(head);
    if (headBytes === undefined) {
      if (head.byteLength === LONGEST_HEAD) throw new PartError('A part has a head of more than 4 kB.');
      return undefined;
    }
    const length = /^content-length: *(\d+)\s*$/im.exec(new TextDecoder('latin1').decode(head.subarray(0, headBytes)));
    const size = Number(length?.[1] ?? NaN);
    if (!(size <= LONGEST_PART)) throw new PartError('A part does not say its length.');
    if (this.#filled < headBytes + size) return undefined;
    const part = this.#buffer.slice(headBytes, headBytes + size);
    this.#buffer.copyWithin(0, headBytes + size, this.#filled);
    this.#filled -= headBytes + size;
    return part;
  }
}

/** Where the blank line behind a head ends; the boundary and a line break stand before the head and do no harm. */
function endOf(head: Uint8Array): number | undefined {
  for (let at = head.indexOf(13); at !== -1; at = head.indexOf(13, at + 1)) {
    // The part before has its line break in front of the boundary.
    if (HEAD_END.every((byte, i) => head[at + i] === byte)) return at + HEAD_END.byteLength;
  }
  return undefined;
}
