import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers';
import { rootCertificates } from 'node:tls';
import { SUBPROTOCOL } from '@framewire/shared/protocol';
import { WebSocket } from 'ws';
import { refusalOf } from './refusal.js';
import { untrusted } from './untrusted.js';
import { OPEN_WITHIN_MS, type Refusal, type Socket, type SocketEvents, type Target } from './socket.js';

/** How long a server may take for the closing handshake, ms: an open socket keeps the process alive. */
const CLOSE_WITHIN_MS = 1000;

/** A refusal is a line; more is something else's page. */
const MOST_REFUSAL_BYTES = 16_384;

/** The `ws` package's WebSocket, because Node 20 has none. */
export function openSocket({ url, token, ca }: Target, events: SocketEvents): Socket {
  // One authority takes the place of all that Node knows.
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const options = { perMessageDeflate: false, handshakeTimeout: OPEN_WITHIN_MS, headers, ...trusted };
  const socket = new WebSocket(url, SUBPROTOCOL, options);
  let failure = '';
  let refusal: Refusal | undefined;
  socket.on('open', () => events.opened());
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return;
    if (isBinary) events.binary(ownBytes(data));
    else events.text(data.toString());
  });
  socket.on('error', error => {
    failure = failureOf(url, error);
    refusal ??= untrusted(new URL(url).host, error);
  });
  socket.on('unexpected-response', (_, response) => {
    void bodyOf(response).then(body => {
      refusal = refusalOf(url, response.statusCode ?? 0, body);
      socket.terminate();
    });
  });
  socket.on('close', (code, reason) => {
    events.closed(code, reason.length > 0 ? reason.toString() : failure, refusal);
  });
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

/** OpenSSL says in several lines of its own that what answers is no TLS. */
function failureOf(url: string, error: Error): string {
  if (!('code' in error && error.code === 'EPROTO')) return error.message;
  const { host } = new URL(url);
  return `what listens there does not speak TLS: try http://${host}`;
}

/** What came of it, when it breaks off or is too long. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      body += String(chunk);
      if (body.length > MOST_REFUSAL_BYTES) break;
    }
  } catch {
    // The connection was cut.
  }
  return body;
}

/** ws never puts a message into shared memory, but its types allow for it. */
function ownBytes(data: Buffer): Uint8Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
