import type { Reader, ReaderEvents } from './reader.js';

const START_OF_IMAGE = Buffer.from([0xff, 0xd8, 0xff]);
/** More than any server's HTTP headers: whoever has got this much has got some of a picture. */
const HEADERS_BYTES = 4096;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/**
 * Takes JPEGs out of a multipart stream by their markers: not every server sends Content-Length, and a boundary that
 * comes only with the next part would make every frame look one frame older. A viewer that keeps nothing only drains.
 */
export class MultipartReader implements Reader {
  readonly greeting: string;
  readonly #events: ReaderEvents;
  readonly #keeps: boolean;
  #pieces: Buffer[] = [];
  #head = '';
  #status: string | undefined;
  #received = 0;
  /** The last byte of the piece before, for markers that lie across two. */
  #last = 0;

  constructor(path: string, keeps: boolean, events: ReaderEvents) {
    this.greeting = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    this.#keeps = keeps;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    if (this.#received <= HEADERS_BYTES) this.#begin(chunk);
    if (!this.#keeps) return;
    let from = 0;
    while (from < chunk.length) {
      const end = this.#endAfter(chunk, from);
      if (end < 0) break;
      const part = Buffer.concat([...this.#pieces, chunk.subarray(from, end)]);
      this.#pieces = [];
      const start = part.indexOf(START_OF_IMAGE);
      if (start >= 0) this.#events.kept(part.subarray(start));
      from = end;
      this.#last = 0;
    }
    if (from === chunk.length) return;
    this.#pieces.push(Buffer.from(chunk.subarray(from)));
    this.#last = chunk[chunk.length - 1] ?? 0;
  }

  #begin(chunk: Buffer): void {
    if (this.#status === undefined) {
      this.#head += chunk.toString('latin1');
      this.#status = /^.*(?=\r\n)/.exec(this.#head)?.[0];
      if (this.#status?.split(' ')[1] !== '200' && this.#status !== undefined) {
        this.#events.failed(`Answered "${this.#status}".`);
      }
    }
    this.#received += chunk.length;
    if (this.#received > HEADERS_BYTES) this.#events.flowing();
  }

  /** The index after the first end of an image at or after `from`; below 0 when there is none. */
  #endAfter(chunk: Buffer, from: number): number {
    if (from === 0 && this.#last === 0xff && chunk[0] === 0xd9) return 1;
    const at = chunk.indexOf(END_OF_IMAGE, from);
    return at < 0 ? -1 : at + END_OF_IMAGE.length;
  }
}
