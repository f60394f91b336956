import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isForThisMachineOnly } from './origins.js';

/** Of a request. */
interface Asked {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whose request this is, for the log. A proxy on this machine says for whom it asks; others are not believed, since
 * anybody can write that header.
 */
export function clientAddress({ socket, headers }: Asked): string {
  const peer = (socket.remoteAddress ?? 'somebody').replace(/^::ffff:/, '');
  if (isIP(peer) === 0 || !isForThisMachineOnly(peer, peer)) return peer;
  const forwarded = headers['x-forwarded-for'];
  // The last entry is the proxy's own word; those before it came with the request.
  const named = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',').at(-1)?.trim() ?? '';
  return isIP(named) === 0 ? peer : named;
}
