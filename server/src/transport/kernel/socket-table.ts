import { isIPv6 } from 'node:net';

/** One end of a connection. */
export interface Endpoint {
  /** IPv4 or IPv6, as Node gives it. */
  readonly address: string;
  readonly port: number;
}

/** In `/proc/net/tcp` of Linux (proc_net_tcp.rst). */
const ESTABLISHED = '01';

/** So much may have been read, and only its acknowledgement is delayed, bytes: one segment of the loopback. */
const SEGMENT = 65_536;

/** IPv4 within IPv6, as a server on `::` has it. Programs that speak IPv4 have a socket of IPv4. */
const MAPPED = /^::ffff:(?=[\d.]+$)/i;
const MAPPED_HEX = '0000000000000000FFFF0000';

export type SocketTable = '/proc/net/tcp' | '/proc/net/tcp6';

/** Which of the kernel's two tables list the sockets of a server and of somebody who reads from it. */
export function tablesOf(server: Endpoint, reader: Endpoint): ReadonlySet<SocketTable> {
  const table = (address: string) => (isIPv6(address) ? '/proc/net/tcp6' : '/proc/net/tcp');
  return new Set([table(server.address), table(reader.address.replace(MAPPED, ''))]);
}

/**
 * Bytes that a server has handed to the kernel and that a program on the same machine has not read: what has not been
 * sent, and what has arrived. A kernel that has offered no room lets the second run empty while the first is long. Pure.
 *
 * @param tables the text of the tables that list the two. @returns undefined when there is no such connection.
 */
export function unreadBetween(tables: string, server: Endpoint, reader: Endpoint): number | undefined {
  const arrived = queues(tables, hexEndpoint(reader), hexEndpoint(server));
  if (arrived === undefined) return undefined;
  const [to, from] = [hexEndpoint(server), hexEndpoint(reader)];
  const sent = queues(tables, to, from) ?? queues(tables, `${MAPPED_HEX}${to}`, `${MAPPED_HEX}${from}`);
  const unsent = sent?.unacknowledged ?? 0;
  return arrived.received + (unsent > SEGMENT ? unsent : 0);
}

function queues(tables: string, own: string, other: string): { unacknowledged: number; received: number } | undefined {
  const row = `: ${own} ${other} ${ESTABLISHED} `;
  const at = tables.indexOf(row);
  if (at < 0) return undefined;
  const [, unacknowledged, received] =
    /^([\dA-F]+):([\dA-F]+) /.exec(tables.slice(at + row.length, at + row.length + 32)) ?? [];
  if (unacknowledged === undefined || received === undefined) return undefined;
  return { unacknowledged: Number.parseInt(unacknowledged, 16), received: Number.parseInt(received, 16) };
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
