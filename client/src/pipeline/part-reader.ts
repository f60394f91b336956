/** So much before a picture is no head of one, bytes. */
const LONGEST_HEAD = 4096;
/** Larger ones are not made, bytes. */
const LONGEST_PART = 64 * 1024 * 1024;

/** Takes the parts out of a `multipart/x-mixed-replace` answer as Framewire sends it: each says its Content-Length. */
export class PartReader {
  /** What has come of the next part; grows by doubling, for a part comes in many pieces. */
  #buffer = new Uint8Array(65_536);
  #filled = 0;

  /**
   * @param bytes the next of the stream, cut anywhere
   * @returns the parts that are whole now, oldest first; the caller owns their bytes.
   * @throws Error when the stream is not one of parts that say their length
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
    // A character for each byte.
    const text = new TextDecoder('latin1').decode(this.#buffer.subarray(0, Math.min(this.#filled, LONGEST_HEAD)));
    // The boundary and a line break stand before the head and do no harm.
    const [head = ''] = /^.*?\r\n\r\n/s.exec(text) ?? [];
    if (head === '' && text.length < LONGEST_HEAD) return undefined;
    const size = Number(/^content-length: *(\d+)\s*$/im.exec(head)?.[1]);
    if (!(size <= LONGEST_PART)) throw new Error('This is no stream of parts.');
    const from = head.length;
    const to = from + size;
    if (this.#filled < to) return undefined;
    const part = this.#buffer.slice(from, to);
    this.#buffer.copyWithin(0, to, this.#filled);
    this.#filled -= to;
    return part;
  }
}
