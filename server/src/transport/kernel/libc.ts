import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type * as koffi from 'koffi';

// oxlint-disable-next-line max-params -- POSIX has five.
type GetSockOpt = (fd: number, level: number, option: number, value: Buffer, length: Buffer) => number;

/**
 * Functions of libc that Node does not offer, through koffi, which is optional: each is undefined without it, on other
 * systems than Linux, and where the C library lacks it. Failures are reported as in C, by what they return.
 */
export interface Libc {
  readonly getsockopt: GetSockOpt | undefined;
  readonly memfdCreate: ((name: string, flags: number) => number) | undefined;
  /** @param offset where to begin, 64 bits; moved on by what was sent. @returns bytes that the kernel took, or -1. */
  readonly sendfile: ((to: number, from: number, offset: Uint32Array, bytes: number) => number) | undefined;
}

const NOTHING: Libc = { getsockopt: undefined, memfdCreate: undefined, sendfile: undefined };

/** Not by `import`, which here would be an `await` at the top (load-one-by-one.ts). */
const load: (name: 'koffi') => typeof koffi = createRequire(import.meta.url);

export const libc = loadLibc();

function loadLibc(): Libc {
  if (process.platform !== 'linux') return NOTHING;
  try {
    const library = load('koffi').load(null);
    const find = (prototype: string) => {
      try {
        return library.func(prototype);
      } catch {
        return undefined;
      }
    };
    return {
      getsockopt: find('int getsockopt(int, int, int, void *, void *)'),
      memfdCreate: find('int memfd_create(const char *, unsigned int)'),
      sendfile: find('long sendfile(int, int, void *, size_t)'),
    };
  } catch {
    return NOTHING;
  }
}

/** Node has no public way to a socket's file descriptor. Ask each time: a number is used again once it is closed. -1 then. */
export function fdOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : -1;
}
