import { ftruncateSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fdOf, libc } from './libc.js';

const MFD_CLOEXEC = 1;

/**
 * Sends the same bytes to many sockets without a copy for each. They lie once in memory that the kernel knows as a file
 * (memfd_create(2)), and sendfile(2) hands each socket references to its pages: a frame of 54 kB then costs a further
 * viewer two thirds of what the cheapest write() does, which has to copy it.
 *
 * Pages that are on their way to somebody must not change, so the file is emptied before other bytes are put in: that
 * gives it new pages, and the old ones live until the last socket has done with them.
 */
export class SharedPages {
  readonly #file: number;
  readonly #offset = new Uint32Array(2);
  #held: Buffer | undefined;
  #asked: Buffer | undefined;

  private constructor(file: number) {
    this.#file = file;
  }

  /** @returns undefined where the system cannot. Open for as long as the process lives. */
  static open(): SharedPages | undefined {
    if (libc.sendfile === undefined) return undefined;
    const file = libc.memfdCreate?.('framewire', MFD_CLOEXEC) ?? -1;
    return file < 0 ? undefined : new SharedPages(file);
  }

  /**
   * The caller writes what is left; nothing may wait in the socket, or it would be overtaken. The first socket in a row
   * that is to get these bytes gets none here: for one alone, putting them in costs as much as it saves.
   *
   * @param bytes must not change any more; told apart by identity. The socket gets those from `from` to before `to`.
   * @returns how many of them the kernel took: fewer when its buffer is full, 0 also when the socket is closed.
   */
  send(socket: Socket, bytes: Buffer, from = 0, to = bytes.length): number {
    if (bytes !== this.#held && !this.#hold(bytes)) return 0;
    this.#offset[0] = from;
    return Math.max(0, libc.sendfile?.(fdOf(socket), this.#file, this.#offset, to - from) ?? 0);
  }

  #hold(bytes: Buffer): boolean {
    if (bytes !== this.#asked) {
      this.#asked = bytes;
      return false;
    }
    this.#held = undefined;
    try {
      ftruncateSync(this.#file, 0);
      if (writeSync(this.#file, bytes, 0, bytes.length, 0) < bytes.length) return false;
    } catch {
      // No memory for it: the other way may have some.
      return false;
    }
    this.#held = bytes;
    return true;
  }
}
