import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { countOf, type ByteCount } from './raw-socket.js';
import type { SharedPages } from './shared-pages.js';

/** Puts bytes that many viewers are sent on one viewer's socket, past its stream where `SharedPages` can. */
export class PageWriter implements ByteCount {
  readonly #socket: Socket;
  readonly #count: ByteCount;
  readonly #pages: SharedPages | undefined;
  /** Bytes of shared pages, which went past the stream. */
  #sharedBytes = 0;

  /** @param pages of all viewers that are sent the same bytes; undefined: there are none, all goes through the stream. */
  constructor(socket: Socket, pages: SharedPages | undefined) {
    this.#socket = socket;
    this.#count = countOf(socket);
    // Its stream is what encrypts.
    this.#pages = socket instanceof TLSSocket ? undefined : pages;
  }

  get bytesWritten(): number {
    return this.#count.bytesWritten + this.#sharedBytes;
  }

  get isLate(): boolean {
    return this.#count.isLate;
  }

  /** @param bytes must not change any more. Those from `from` to before `to` are sent. */
  write(bytes: Buffer, from = 0, to = bytes.length): void {
    // What waits in the stream comes first.
    const taken = this.#socket.writableLength > 0 ? 0 : (this.#pages?.send(this.#socket, bytes, from, to) ?? 0);
    this.#sharedBytes += taken;
    if (from + taken < to) this.#socket.write(bytes.subarray(from + taken, to));
  }
}
