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

/** Longer than the rest of a row. Behind the queues it has numbers, among them the time until it would send again, in ticks. */
const MOST_ROW = 256;
const RETRANSMIT_COLUMN = 7;
const TICK_MS = 10;
/** That time is the round trip and at least so much, ms. */
const LEAST_RETRANSMIT_MS = 200;

/** IPv4 within IPv6, as a server on `::` has it. Programs that speak IPv4 have a socket of IPv4. */
const MAPPED = /^::ffff:(?=[\d.]+$)/i;
const MAPPED_HEX = '0000000000000000FFFF0000';

export type SocketTable = '/proc/net/tcp' | '/proc/net/tcp6';

/** Which of the kernel's two tables lists a server's end. */
export function tableOf({ address }: Endpoint): SocketTable {
  return isIPv6(address) ? '/proc/net/tcp6' : '/proc/net/tcp';
}

/** Which of them list the sockets of a server and of somebody who reads from it. */
export function tablesOf(server: Endpoint, { address, port }: Endpoint): ReadonlySet<SocketTable> {
  return new Set([tableOf(server), tableOf({ address: address.replace(MAPPED, ''), port })]);
}

/** What the kernel lists of a server's end of one connection. */
export interface SentQueue {
  /** Bytes that it was handed and that the other host has not acknowledged. */
  readonly unacknowledged: number;
  /** The round trip, ms, as far as the time tells after which it would send again; in steps of 10, and no longer than that. */
  readonly rttMs: number;
}

/** Pure. @param table that lists the server's end. @returns undefined when there is no such connection. */
export function sentQueue(table: string, server: Endpoint, reader: Endpoint): SentQueue | undefined {
  const row = serversRow(table, server, reader);
  if (row?.retransmitMs === undefined) return undefined;
  return { unacknowledged: row.unacknowledged, rttMs: Math.max(0, row.retransmitMs - LEAST_RETRANSMIT_MS) };
}

/**
 * Bytes that a server has handed to the kernel and that a program on the same machine has not read: what has not been
 * sent, and what has arrived. A kernel that has offered no room lets the second run empty while the first is long. Pure.
 *
 * @param tables the text of the tables that list the two. @returns undefined when there is no such connection.
 */
export function unreadBetween(tables: string, server: Endpoint, reader: Endpoint): number | undefined {
  const arrived = rowOf(tables, hexEndpoint(reader), hexEndpoint(server));
  if (arrived === undefined) return undefined;
  const unsent = serversRow(tables, server, reader)?.unacknowledged ?? 0;
  return arrived.received + (unsent > SEGMENT ? unsent : 0);
}

interface Row {
  readonly unacknowledged: number;
  readonly received: number;
  readonly retransmitMs: number | undefined;
}

function serversRow(tables: string, server: Endpoint, reader: Endpoint): Row | undefined {
  const [own, other] = [hexEndpoint(server), hexEndpoint(reader)];
  return rowOf(tables, own, other) ?? rowOf(tables, `${MAPPED_HEX}${own}`, `${MAPPED_HEX}${other}`);
}

function rowOf(tables: string, own: string, other: string): Row | undefined {
  const start = `: ${own} ${other} ${ESTABLISHED} `;
  const at = tables.indexOf(start);
  if (at < 0) return undefined;
  const [row = ''] = tables.slice(at + start.length, at + start.length + MOST_ROW).split('\n', 1);
  const [queues = '', ...columns] = row.split(/ +/);
  const [, unacknowledged, received] = /^([\dA-F]+):([\dA-F]+)$/.exec(queues) ?? [];
  if (unacknowledged === undefined || received === undefined || columns.length === 0) return undefined;
  const ticks = columns.length > RETRANSMIT_COLUMN + 1 ? Number(columns[RETRANSMIT_COLUMN]) : NaN;
  return {
    unacknowledged: Number.parseInt(unacknowledged, 16),
    received: Number.parseInt(received, 16),
    retransmitMs: Number.isFinite(ticks) ? ticks * TICK_MS : undefined,
  };
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
