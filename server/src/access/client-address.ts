import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { isForThisMachineOnly } from './origins.js';

/** Of a request. */
interface Asked {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/** What proxies add; a request that comes straight has none of these. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

/** Whether a proxy passes it on for somebody who is not on this machine, as far as it says. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  if (!FORWARDING.some(name => headers[name] !== undefined)) return false;
  const client = lastForwarded(headers);
  return isIP(client) === 0 || !isForThisMachineOnly(client, client);
}

/**
 * Whose request this is, for the log. A proxy on this machine says for whom it asks; others are not believed, since
 * anybody can write that header.
 */
export function clientAddress({ socket, headers }: Asked): string {
  const peer = (socket.remoteAddress ?? 'somebody').replace(/^::ffff:/, '');
  if (isIP(peer) === 0 || !isForThisMachineOnly(peer, peer)) return peer;
  const named = lastForwarded(headers);
  return isIP(named) === 0 ? peer : named;
}

/** The proxy's own word; what stands before it came with the request. */
function lastForwarded(headers: IncomingHttpHeaders): string {
  const forwarded = headers['x-forwarded-for'];
  return (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',').at(-1)?.trim() ?? '';
}

/**
 * What addresses are counted by: a machine has all addresses of its IPv6 network to choose from (64 bits, RFC 4291 2.5.4), so
 * those count as one.
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = [], tail = []] = address.split('::').map(part => part.split(':').filter(group => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

/** Whether a proxy on this machine, which is believed, has got the request by https. */
export function isForwardedSecurely({ socket, headers }: Asked): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const scheme = String(headers['x-forwarded-proto'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return isIP(peer) !== 0 && isForThisMachineOnly(peer, peer) && scheme === 'https';
}

/** Whether a connection has TLS. */
export function isEncrypted(socket: Duplex): boolean {
  return 'encrypted' in socket && socket.encrypted === true;
}
