import type { Writable } from 'node:stream';
import {
  FRAME_HEADER_BYTES,
  decodeFrameHeader,
  encodeFrameHeader,
  type FrameHeader,
} from '@framewire/shared/frame-header';

/** Where the engine writes its frames: 0-2 are the standard streams, 3 is Node's IPC channel. */
export const FRAME_PIPE_FD = 4;

/** A frame larger than this is a broken pipe, not a picture: 8K at quality 100 stays below. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** Writes frames to the pipe between engine and server: header, payload, header, payload ... */
export class FramePipeWriter {
  readonly #pipe: Writable;
  #isClear = true;
  readonly #onClear: () => void;

  /** @param onClear called whenever the pipe has taken all that was written. */
  constructor(pipe: Writable, onClear: () => void) {
    this.#pipe = pipe;
    // A reader that is gone is the end of this process, and its IPC channel says so.
    pipe.on('error', () => undefined);
    this.#onClear = onClear;
  }

  /** false while the server has not yet read the last frame: encoding more would only queue. */
  get isClear(): boolean {
    return this.#isClear;
  }

  write(header: FrameHeader, payload: Uint8Array): void {
    this.#pipe.cork();
    this.#pipe.write(encodeFrameHeader(header));
    this.#isClear = false;
    this.#pipe.write(payload, () => {
      if (this.#pipe.writableLength > 0) return;
      this.#isClear = true;
      this.#onClear();
    });
    this.#pipe.uncork();
  }
}

/**
 * Puts frames together from the chunks of the pipe. A payload is copied once, into a buffer of just its size, so
 * that what the viewers share never holds on to more than itself.
 */
export class FramePipeReader {
  readonly #onFrame: (header: FrameHeader, payload: Uint8Array) => void;
  readonly #headerBytes = new Uint8Array(FRAME_HEADER_BYTES);
  #header: FrameHeader | undefined;
  #payload: Uint8Array | undefined;
  #filled = 0;

  /** @param onFrame is given the payload to keep. */
  constructor(onFrame: (header: FrameHeader, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws BadMessageError or RangeError when the bytes are no frames: the engine must be replaced. */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      const target = this.#payload ?? this.#headerBytes;
      const taken = rest.subarray(0, target.length - this.#filled);
      target.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#filled === target.length) this.#advance();
    }
  }

  #advance(): void {
    this.#filled = 0;
    if (this.#payload !== undefined && this.#header !== undefined) {
      const payload = this.#payload;
      this.#payload = undefined;
      this.#onFrame(this.#header, payload);
      return;
    }
    this.#header = decodeFrameHeader(this.#headerBytes);
    const { payloadBytes } = this.#header;
    if (payloadBytes === 0 || payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`A frame of ${payloadBytes} bytes came from the engine.`);
    }
    // Not from Node's pool: a frame that one slow viewer keeps must not keep its neighbours in the slab.
    this.#payload = Buffer.allocUnsafeSlow(payloadBytes);
  }
}
