import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FramewireError } from '../../errors.js';

/** Refuses what never became a request with an answer of its own, and ends the connection. */
export function refuseSocket(socket: Duplex, error: FramewireError): void {
  const body = JSON.stringify({ code: error.code, message: error.message, hint: error.hint });
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // HTTP sockets stay half open otherwise, for as long as the other side likes.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
