import { SUBPROTOCOL, SUBPROTOCOL_TOKEN } from '@framewire/shared/protocol';
import { isOwnServer } from '../server-url.js';
import { refusalOf } from './refusal.js';
import { OPEN_WITHIN_MS, type Refusal, type Socket, type SocketEvents, type Target } from './socket.js';

/** What browsers report when there is nothing to report, RFC 6455 section 7.1.5. */
const ABNORMAL_CLOSURE = 1006;

/** How long the server may take to say why, ms. */
const ANSWER_WITHIN_MS = 2500;

/** The browser's WebSocket, in pages and workers. */
export function openSocket({ url, token }: Target, events: SocketEvents): Socket {
  let socket: WebSocket;
  try {
    // The one header that a page may set; what stands in the address would stand in logs as well.
    socket = new WebSocket(url, token === undefined ? SUBPROTOCOL : [SUBPROTOCOL, SUBPROTOCOL_TOKEN + token]);
  } catch (error) {
    // A page of https: may not open a ws: one; that is thrown here, where no listener could hear it yet.
    const timer = setTimeout(() => events.closed(ABNORMAL_CLOSURE, error instanceof Error ? error.message : ''));
    return { send: () => {}, close: () => clearTimeout(timer) };
  }
  let isClosed = false;
  const notOpened = async (code: number): Promise<void> => {
    clearTimeout(timer);
    silence(socket);
    socket.close();
    const refusal = await askWhy(url);
    if (!isClosed) events.closed(code, whyNotOpened(url), refusal);
  };
  const timer = setTimeout(() => void notOpened(ABNORMAL_CLOSURE), OPEN_WITHIN_MS);
  let hasOpened = false;
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    hasOpened = true;
    clearTimeout(timer);
    events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.text(data);
    else if (data instanceof ArrayBuffer) events.binary(new Uint8Array(data));
  };
  // There is no `error` listener: browsers tell nothing in it, and `close` always follows.
  socket.onclose = ({ code, reason }) => {
    if (hasOpened) events.closed(code, reason);
    else void notOpened(code);
  };
  return {
    send: message => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    close: () => {
      clearTimeout(timer);
      isClosed = true;
      silence(socket);
      socket.close(1000);
    },
  };
}

function silence(socket: WebSocket): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
}

/**
 * Asks for the same by plain HTTP: browsers do not tell a page why a WebSocket did not open.
 *
 * @returns undefined when that is not answered either, or not to pages of this site.
 */
async function askWhy(socketUrl: string): Promise<Refusal | undefined> {
  const url = new URL(socketUrl.replace(/^ws/, 'http'));
  // Left out by browsers where the page is of the same server, as they see it; the server may see another.
  url.searchParams.set('origin', origin);
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), ANSWER_WITHIN_MS);
  try {
    const response = await fetch(url, { cache: 'no-store', signal: waiting.signal });
    return refusalOf(socketUrl, response.status, await response.text());
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** What it can be, where nothing says what it is. */
function whyNotOpened(url: string): string {
  if (isOwnServer(url)) return '';
  // So browsers name the origin of a page that was opened as a file.
  const pages = origin === 'null' ? 'pages that are opened as files' : `pages of ${origin}`;
  return `it does not answer, or it does not let ${pages} watch.`;
}
