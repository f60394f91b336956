import type { Socket } from 'node:net';
import { machineClock } from '../../time/clock.js';
import type { ReaderSight } from './kernel-acks.js';
import { tablesOf, unreadBetween, type Endpoint } from './socket-table.js';
import { lookAt, OFTEN_MS } from './table-looks.js';

/** How often anybody is looked at who gives no reason to, ms, and for how long anybody is new, who is looked at often. */
const SELDOM_MS = 250;
const NEW_MS = 2000;

/**
 * What the program behind a connection has left unread, where that program runs on this machine: the kernel lists the
 * sockets of both ends in files that everybody may read. For Linux without koffi, and `/video_feed`.
 */
export class NearbyReader implements ReaderSight {
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

  ask(_write: unknown, onAnswer: Parameters<ReaderSight['ask']>[1]): void {
    this.look(unreadBytes => onAnswer({ at: machineClock.now(), lateMs: 0, unreadBytes }));
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
    lookAt(first, this.#lookedAt, table => {
      if (second === undefined) see(table);
      else lookAt(second, this.#lookedAt, other => see(table + other));
    });
  }
}
