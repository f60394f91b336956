import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { EncodedFrame } from '../../frames.js';
import { PageWriter } from '../kernel/page-writer.js';
import type { ByteCount } from '../kernel/raw-socket.js';
import { SharedPages } from '../kernel/shared-pages.js';
import { wireImage } from './ws-wire.js';

/** Of all viewers: it holds one frame at a time, which is sent to one after the other. */
const pages = SharedPages.open();

/** Puts frames on one viewer's socket, past `ws`: their bytes are the same for all and framed already, see `wireImage`. */
export class FrameWriter implements ByteCount {
  readonly #socket: Socket;
  readonly #shared: PageWriter;

  /** @param socket below `ws`, whose own messages go over it as well. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#shared = new PageWriter(socket, pages);
  }

  get bytesWritten(): number {
    return this.#shared.bytesWritten;
  }

  get isLate(): boolean {
    return this.#shared.isLate;
  }

  isClogged(): boolean {
    return this.#socket.writableLength > 0;
  }

  /**
   * @param parts whether the header's message comes before the payload, and a ping behind it.
   * @param onTaken is called when the kernel has taken the last byte.
   */
  write(frame: EncodedFrame, parts: { hasHeader: boolean; hasPing: boolean }, onTaken?: () => void): void {
    const { bytes, payloadAt, pingAt } = wireImage(frame);
    const to = parts.hasPing ? bytes.length : pingAt;
    let from = parts.hasHeader ? 0 : payloadAt;
    if (parts.hasHeader && this.#socket instanceof TLSSocket) {
      // In one record both would arrive in the same instant, and tell the viewer nothing about its link.
      this.#socket.write(bytes.subarray(0, payloadAt));
      from = payloadAt;
    }
    if (onTaken === undefined) this.#shared.write(bytes, from, to);
    else this.#socket.write(bytes.subarray(from, to), onTaken);
  }
}
