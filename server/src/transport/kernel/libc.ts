import type { Socket } from 'node:net';
import { libcFunction } from '../../libc-function.js';

// oxlint-disable-next-line max-params -- POSIX has five.
type GetSockOpt = (fd: number, level: number, option: number, value: Buffer, length: Buffer) => number;

/** What frames are sent and followed with, each where it can be had (libc-function.ts). */
export interface Libc {
  readonly getsockopt: GetSockOpt | undefined;
  readonly memfdCreate: ((name: string, flags: number) => number) | undefined;
  /** @param offset where to begin, 64 bits; moved on by what was sent. @returns bytes that the kernel took, or -1. */
  readonly sendfile: ((to: number, from: number, offset: Uint32Array, bytes: number) => number) | undefined;
}

export const libc: Libc = {
  getsockopt: libcFunction('int getsockopt(int, int, int, void *, void *)'),
  memfdCreate: libcFunction('int memfd_create(const char *, unsigned int)'),
  sendfile: libcFunction('long sendfile(int, int, void *, size_t)'),
};

/** Node has no public way to a socket's file descriptor. Ask each time: a number is used again once it is closed. -1 then. */
export function fdOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : -1;
}
