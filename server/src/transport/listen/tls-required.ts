import type { IncomingMessage, ServerResponse } from 'node:http';
import { FramewireError } from '../../errors.js';
import { refuseRequest } from './refuse-socket.js';

/**
 * What a device needs before it can trust this server, and what supervisors ask, which know no authority. Nothing in it is
 * secret, nothing changes by it.
 */
const ANY_SCHEME: readonly string[] = ['/ca.crt', '/trust', '/healthz', '/readyz'];

/** Where pages ask why their WebSocket has failed: a redirect would fail in the same way. */
const ASKED_WHY = '/ws';

export function tlsRequired(): FramewireError {
  return new FramewireError('tls-required', 'This server speaks https only.', 'Write https: or wss: in its address.');
}

/** Whether this may be answered without TLS. */
export function isForAnyScheme({ url = '', method }: IncomingMessage): boolean {
  return ANY_SCHEME.includes(url) && (method === 'GET' || method === 'HEAD');
}

/** Sends who only reads to the same place by https (RFC 9110 15.4.9); others are told to go there themselves. */
export function sendToTls(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '', headers } = request;
  const path = url.split('?', 1)[0];
  const target = `https://${headers.host}${url}`;
  const mayFollow = (method === 'GET' || method === 'HEAD') && path !== ASKED_WHY;
  // What does not begin with a slash names a host itself.
  if (mayFollow && headers.host !== undefined && url.startsWith('/') && URL.canParse(target)) {
    response.setHeader('Location', target);
    refuseRequest(response, tlsRequired(), 308);
    return;
  }
  response.setHeader('Upgrade', 'TLS/1.2, HTTP/1.1');
  // To all pages: it says nothing else.
  response.setHeader('Access-Control-Allow-Origin', '*');
  refuseRequest(response, tlsRequired());
}
