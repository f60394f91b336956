import { setTimeout } from 'node:timers';
import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { WebSocket } from 'ws';
import type { Socket, SocketEvents } from './socket.js';

/** How long a server may take for the closing handshake, ms: an open socket keeps the process alive. */
const CLOSE_WITHIN_MS = 1000;

/** The `ws` package's WebSocket, because Node 20 has none. */
export function openSocket(url: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
  let failure = '';
  socket.on('open', () => events.opened());
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return;
    if (isBinary) events.binary(ownBytes(data));
    else events.text(data.toString());
  });
  socket.on('error', error => (failure = error.message));
  socket.on('close', (code, reason) => events.closed(code, reason.length > 0 ? reason.toString() : failure));
  return {
    send: message => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    close: () => {
      // The listener for errors stays: a socket that was still connecting reports its end as one.
      for (const event of ['open', 'message', 'close']) socket.removeAllListeners(event);
      socket.close(1000);
      setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS).unref();
    },
  };
}

/** ws never puts a message into shared memory, but its types allow for it. */
function ownBytes(data: Buffer): Uint8Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
