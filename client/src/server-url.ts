import { clientError } from './errors.js';

const SOCKET_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http:', 'ws:'],
  ['https:', 'wss:'],
  ['ws:', 'ws:'],
  ['wss:', 'wss:'],
]);

/**
 * The WebSocket's address for a server's: `http://host:8080` is `ws://host:8080/ws`, `https://host/cameras/` (behind a
 * proxy) `wss://host/cameras/ws`; an address that ends in `/ws` is taken as it is.
 * @param base what a relative address is relative to; undefined where there is no page
 * @throws FramewireClientError bad-address
 */
export function webSocketUrl(server: string, base: string | undefined): string {
  const hint = 'An address is written like this: http://camera.local:8080';
  let url: URL;
  try {
    url = new URL(server, base);
  } catch (cause) {
    throw clientError('bad-address', `"${server}" is no address of a server.`, { hint, cause });
  }
  const protocol = SOCKET_PROTOCOLS.get(url.protocol);
  if (protocol === undefined || url.host === '') {
    throw clientError('bad-address', `"${server}" is neither an http: nor a ws: address.`, { hint });
  }
  const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1);
  const path = url.pathname.endsWith('/ws') ? url.pathname : `${folder}ws`;
  return `${protocol}//${url.host}${path}${url.search}`;
}
