import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { config } from 'zod/mini';
import type { Socket, SocketEvents } from './socket.js';

// Else zod tries whether it may compile code, which the console of a page with a strict policy reports as an error.
config({ jitless: true });

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
  let hasOpened = false;
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    hasOpened = true;
    events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.text(data);
    else if (data instanceof ArrayBuffer) events.binary(new Uint8Array(data));
  };
  // There is no `error` listener: browsers tell nothing in it, and `close` always follows.
  socket.onclose = ({ code, reason }) => events.closed(code, hasOpened ? reason : whyNotOpened(url));
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

/** Browsers do not tell a page why; what it can be, people should read. */
function whyNotOpened(url: string): string {
  const { host } = new URL(url);
  const isOwnHost = URL.canParse(origin) && new URL(origin).host === host;
  if (isOwnHost) return '';
  // So browsers name the origin of a page that was opened as a file.
  return origin === 'null'
    ? "it does not answer, or it does not let pages that are opened as files watch (--allow-origin '*')."
    : `it does not answer, or it does not let pages of ${origin} watch (--allow-origin).`;
}
