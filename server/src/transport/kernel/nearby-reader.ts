import { readFile } from 'node:fs';
import type { Socket } from 'node:net';
import { machineClock } from '../../time/clock.js';
import { tablesOf, unreadBetween, type Endpoint, type SocketTable } from './socket-table.js';

type OnLook = (table: string) => void;

/** How often anybody is looked at who gives no reason to, ms, and for how long anybody is new, who is looked at often. */
const SELDOM_MS = 250;
const NEW_MS = 2000;

/** How soon a look follows the one before, ms. Each takes a thread 0.3 to 6 ms, as the kernel goes over its whole table. */
const OFTEN_MS = 15;
/** Looks may take this part of one thread. */
const MOST_SHARE = 1 / 8;

/**
 * What the program behind a connection has left unread, where that program runs on this machine: the kernel lists the
 * sockets of both ends in files that everybody may read. For Linux without koffi, and `/video_feed`.
 */
export class NearbyReader {
  readonly #own: Endpoint;
  readonly #server: Endpoint;
  #unreadBytes = 0;
  readonly #since = machineClock.now();
  #lookedAt = -Infinity;

  private constructor(own: Endpoint, server: Endpoint) {
    this.#own = own;
    this.#server = server;
  }

  /** @param socket the server's end. @returns undefined when the other end is on another machine, or that cannot be known. */
  static of({ remoteAddress, remotePort, localAddress, localPort }: Socket): NearbyReader | undefined {
    if (process.platform !== 'linux' || remoteAddress === undefined || remoteAddress !== localAddress) return undefined;
    if (remotePort === undefined || localPort === undefined) return undefined;
    const own = { address: remoteAddress, port: remotePort };
    return new NearbyReader(own, { address: localAddress, port: localPort });
  }

  /** Bytes that were sent and not read when somebody looked last. Now and then this has one look. */
  get unreadBytes(): number {
    const now = machineClock.now();
    if (now - this.#lookedAt > (now - this.#since > NEW_MS ? SELDOM_MS : OFTEN_MS)) this.look(() => undefined);
    return this.#unreadBytes;
  }

  /** @param onSeen is called with what is unread then, as soon as there may be another look; 0 when nobody knows. */
  look(onSeen: (unreadBytes: number) => void): void {
    this.#lookedAt = machineClock.now();
    const [first, second] = tablesOf(this.#server, this.#own);
    const see = (tables: string): void => {
      this.#unreadBytes = unreadBetween(tables, this.#server, this.#own) ?? 0;
      onSeen(this.#unreadBytes);
    };
    if (first === undefined) return;
    readTable(first, table => {
      if (second === undefined) see(table);
      else readTable(second, other => see(table + other));
    });
  }
}

/** All who wait for the next look, which is one for all. */
const waiting = new Map<SocketTable, OnLook[]>();
const readableFrom = new Map<SocketTable, number>();

function readTable(table: SocketTable, onLook: OnLook): void {
  const others = waiting.get(table);
  if (others !== undefined) {
    others.push(onLook);
    return;
  }
  waiting.set(table, [onLook]);
  machineClock.at(readableFrom.get(table) ?? -Infinity, () => readNow(table));
}

function readNow(table: SocketTable): void {
  const looks = waiting.get(table) ?? [];
  waiting.delete(table);
  const from = machineClock.now();
  readFile(table, 'latin1', (error, text) => {
    const now = machineClock.now();
    readableFrom.set(table, now + Math.max(OFTEN_MS, (now - from) / MOST_SHARE));
    for (const onLook of looks) onLook(error === null ? text : '');
  });
}
