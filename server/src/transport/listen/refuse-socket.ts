import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FramewireError } from '../../errors.js';

/** How a refusal reads over HTTP. */
function bodyOf({ code, message, hint }: FramewireError): string {
  return JSON.stringify({ code, message, hint });
}

/** Refuses a request before anybody has looked at it, and ends the connection once that is written. */
export function refuseRequest(response: ServerResponse, error: FramewireError, status = error.status): void {
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(bodyOf(error));
}

/** Refuses what never became a request with an answer of its own, and ends the connection. */
export function refuseSocket(socket: Duplex, error: FramewireError): void {
  const body = bodyOf(error);
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...(error.code === 'method-not-allowed' ? ['Allow: GET, HEAD'] : []),
  ];
  // HTTP sockets stay half open otherwise, for as long as the other side likes.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
