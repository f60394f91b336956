import { SUBPROTOCOL } from '@framewire/shared/protocol';
import type { Socket, SocketEvents } from './socket.js';

/** What browsers report when there is nothing to report, RFC 6455 section 7.1.5. */
const ABNORMAL_CLOSURE = 1006;

/** The browser's WebSocket, in pages and workers. */
export function openSocket(url: string, events: SocketEvents): Socket {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, SUBPROTOCOL);
  } catch (error) {
    // A page of https: may not open a ws: one; that is thrown here, where no listener could hear it yet.
    const timer = setTimeout(() => events.closed(ABNORMAL_CLOSURE, error instanceof Error ? error.message : ''));
    return { send: () => {}, close: () => clearTimeout(timer) };
  }
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.text(data);
    else if (data instanceof ArrayBuffer) events.binary(new Uint8Array(data));
  };
  // There is no `error` listener: browsers tell nothing in it, and `close` always follows.
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  return {
    send: message => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    },
  };
}
