import { isIPv6 } from 'node:net';

/** One end of a connection. */
export interface Endpoint {
  /** IPv4 or IPv6, as Node gives it. */
  readonly address: string;
  readonly port: number;
}

/** In `/proc/net/tcp` of Linux (proc_net_tcp.rst). */
const ESTABLISHED = '01';

/** IPv4 within IPv6: sockets of programs that speak IPv4 are listed with IPv4. */
const MAPPED = /^::ffff:(?=[\d.]+$)/i;

/** Which of the kernel's two tables lists the socket of somebody at this address. */
export function tableOf(address: string): '/proc/net/tcp' | '/proc/net/tcp6' {
  return isIPv6(address.replace(MAPPED, '')) ? '/proc/net/tcp6' : '/proc/net/tcp';
}

/**
 * Bytes that have arrived at a socket and that its program has not read. Pure.
 *
 * @param table the text of the kernel's table. @param own the end that the socket belongs to. @param other the far end.
 * @returns undefined when there is no such connection in it.
 */
export function receiveQueue(table: string, own: Endpoint, other: Endpoint): number | undefined {
  const row = `: ${hexEndpoint(own)} ${hexEndpoint(other)} ${ESTABLISHED} `;
  const at = table.indexOf(row);
  if (at < 0) return undefined;
  const [, received] = /^[\dA-F]+:([\dA-F]+) /.exec(table.slice(at + row.length, at + row.length + 32)) ?? [];
  return received === undefined ? undefined : Number.parseInt(received, 16);
}

/** As the kernel prints it on Node's platforms: words of 32 bits, each with its last byte first, then the port. */
function hexEndpoint({ address, port }: Endpoint): string {
  const bytes = addressBytes(address.replace(MAPPED, ''));
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4)
    words.push(
      ...bytes
        .slice(at, at + 4)
        .toReversed()
        .map(hex(2)),
    );
  return `${words.join('')}:${hex(4)(port)}`;
}

function addressBytes(address: string): number[] {
  if (!isIPv6(address)) return address.split('.').map(Number);
  const [front = '', back] = address.split('%')[0]?.split('::') ?? [];
  const groups = (text: string) => (text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16)));
  const [first, last] = [groups(front), groups(back ?? '')];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0);
  return [...first, ...zeros, ...last].flatMap(group => [group >> 8, group & 0xff]);
}

const hex = (digits: number) => (value: number) => value.toString(16).toUpperCase().padStart(digits, '0');
