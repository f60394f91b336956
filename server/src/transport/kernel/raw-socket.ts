import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What has gone into a socket so far, as the kernel counts. */
export interface ByteCount {
  readonly bytesWritten: number;
  /** What is written counts once the kernel has taken it, and not at once: it is encrypted on the way. */
  readonly isLate: boolean;
}

const below = new WeakMap<Socket, Socket>();

/** Remembers which connection lies below one with TLS: Node has no public way from one to the other. */
export function liesBelow(raw: Socket, secure: TLSSocket): void {
  below.set(secure, raw);
}

/** The kernel's connection: what TLS was laid over, else the socket itself. Its `bytesWritten` are those of the kernel. */
export function rawSocketOf(socket: Socket): Socket {
  return below.get(socket) ?? socket;
}

/** How many bytes go into a socket, as its kernel counts them. */
export function countOf(socket: Socket): ByteCount {
  const raw = rawSocketOf(socket);
  return {
    isLate: raw !== socket,
    get bytesWritten() {
      return raw.bytesWritten;
    },
  };
}
