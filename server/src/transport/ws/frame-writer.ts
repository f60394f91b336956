import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { EncodedFrame } from '../../frames.js';
import { SharedPages } from '../kernel/shared-pages.js';
import { countOf, type ByteCount } from '../kernel/raw-socket.js';
import { wireImage } from './ws-wire.js';

/** Of all viewers: it holds one frame at a time, which is sent to one after the other. */
const pages = SharedPages.open();

/** Puts frames on one viewer's socket, past `ws`: their bytes are the same for all and framed already, see `wireImage`. */
export class FrameWriter implements ByteCount {
  readonly #socket: Socket;
  readonly #count: ByteCount;
  /** Bytes of shared pages, which went past the stream. */
  #sharedBytes = 0;

  /** @param socket below `ws`, whose own messages go over it as well. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#count = countOf(socket);
  }

  get bytesWritten(): number {
    return this.#count.bytesWritten + this.#sharedBytes;
  }

  get isLate(): boolean {
    return this.#count.isLate;
  }

  isClogged(): boolean {
    return this.#socket.writableLength > 0;
  }

  /**
   * @param hasHeaders false: the payload alone.
   * @param onTaken is called when the kernel has taken the last byte.
   */
  write(frame: EncodedFrame, hasHeaders: boolean, onTaken?: () => void): void {
    const image = wireImage(frame);
    if (!hasHeaders) {
      this.#socket.write(image.payload, onTaken);
    } else if (this.#socket instanceof TLSSocket) {
      // In one record both would arrive in the same instant, and tell the viewer nothing about its link.
      this.#socket.write(image.header);
      this.#socket.write(image.payload, onTaken);
    } else if (onTaken === undefined && !this.isClogged()) {
      this.#share(image.both);
    } else {
      this.#socket.write(image.both, onTaken);
    }
  }

  #share(bytes: Buffer): void {
    const taken = pages?.send(this.#socket, bytes) ?? 0;
    this.#sharedBytes += taken;
    if (taken < bytes.length) this.#socket.write(taken === 0 ? bytes : bytes.subarray(taken));
  }
}
