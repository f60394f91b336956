import type { Socket } from 'node:net';
import { machineClock } from '../../time/clock.js';
import type { OnAnswer, ReaderSight, WriteFew } from './kernel-acks.js';
import { sentQueue, tableOf, type Endpoint, type SocketTable } from './socket-table.js';
import { lookAt, nextLookAt } from './table-looks.js';

/**
 * Linux acknowledges a few bytes at once if the program waits for data, and after 40 ms otherwise. A look so long after
 * them and the round trip, ms, tells the two apart, also if the kernel takes some ms for its table.
 */
const SETTLED_MS = 28;
/** What was seen to be acknowledged later than this and the round trip may have been acknowledged late, ms. */
const MOST_SETTLED_MS = 38;

/**
 * At the beginning, and whenever it likes, Linux acknowledges so many segments at once, whoever waits
 * (TCP_MAX_QUICKACKS): as many are sent first. Each is longer than the one before, or they would be taken for one (GRO).
 */
const QUICK_ACKS = 16;

/** A question under TLS is no longer, bytes. Where more is on its way, what went before has not arrived itself. */
const MOST_QUESTION = 512;

/** Over longer ways asking takes too long to be worth it, ms: whoever is asked gets no frame meanwhile. */
const MOST_RTT_MS = 30;

/** With more of them nobody is asked: questions cost, and on a machine that is busy with so many answers come late. */
const MOST_READERS = 8;
let readers = 0;

/** Who cannot be seen is not held up, as if it read at once. */
const NOT_SEEN = 0;

/**
 * Whether the program behind a connection waits for data, wherever it runs: the kernel lists how much of what was sent
 * has not been acknowledged, in files that everybody may read. For Linux without koffi, and `/video_feed`.
 */
export class DistantReader implements ReaderSight {
  readonly unreadBytes = undefined;
  readonly #server: Endpoint;
  readonly #own: Endpoint;
  readonly #table: SocketTable;
  /** The shortest that the kernel told of; 0 before it did. */
  #rttMs = 0;
  #isSeen = false;
  /** Nothing but a frame was sent since all was seen to be acknowledged. */
  #isClear = true;

  private constructor(server: Endpoint, own: Endpoint) {
    this.#server = server;
    this.#own = own;
    this.#table = tableOf(server);
  }

  /** @param socket the server's end. @returns undefined where the kernel has no such list. */
  static of(socket: Socket): DistantReader | undefined {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (process.platform !== 'linux' || remoteAddress === undefined || remotePort === undefined) return undefined;
    if (localAddress === undefined || localPort === undefined) return undefined;
    readers += 1;
    socket.once('close', () => {
      readers -= 1;
    });
    return new DistantReader({ address: localAddress, port: localPort }, { address: remoteAddress, port: remotePort });
  }

  ask(write: WriteFew, onAnswer: OnAnswer): void {
    if (this.#rttMs > MOST_RTT_MS || readers > MOST_READERS) {
      answer(onAnswer, NOT_SEEN);
    } else if (this.#isClear) {
      this.#ask(write, onAnswer, true);
    } else {
      // A question would be acknowledged along with what came before it.
      lookAt(this.#table, machineClock.now(), table => {
        const unacknowledged = this.#see(table);
        if (unacknowledged === 0) this.#ask(write, onAnswer, false);
        else answer(onAnswer, unacknowledged === undefined ? NOT_SEEN : undefined);
      });
    }
  }

  #ask(write: WriteFew, onAnswer: OnAnswer, isFirst: boolean): void {
    const settledMs = this.#rttMs + SETTLED_MS;
    // The look comes when it may, so the question goes when it will be answered by then and not long before.
    const lookedAt = nextLookAt(this.#table, machineClock.now() + settledMs);
    machineClock.at(lookedAt - settledMs, () => {
      const askedAt = machineClock.now();
      if (isFirst) for (let bytes = 1; bytes <= QUICK_ACKS; bytes += 1) write(bytes);
      write(1);
      lookAt(this.#table, askedAt + settledMs, table => {
        const unacknowledged = this.#see(table);
        const isLateLook = machineClock.now() > askedAt + this.#rttMs + MOST_SETTLED_MS;
        if (unacknowledged === undefined) answer(onAnswer, NOT_SEEN);
        else if (unacknowledged === 0) answer(onAnswer, isLateLook ? undefined : 0);
        else answer(onAnswer, unacknowledged > MOST_QUESTION ? undefined : Infinity);
      });
    });
  }

  /** @returns bytes that have not been acknowledged; undefined when that cannot be seen. */
  #see(table: string): number | undefined {
    const queue = sentQueue(table, this.#server, this.#own);
    this.#isClear = queue?.unacknowledged === 0;
    if (queue === undefined) return undefined;
    this.#rttMs = this.#isSeen ? Math.min(this.#rttMs, queue.rttMs) : queue.rttMs;
    this.#isSeen = true;
    return queue.unacknowledged;
  }
}

function answer(onAnswer: OnAnswer, lateMs: number | undefined): void {
  onAnswer({ at: machineClock.now(), lateMs, unreadBytes: undefined });
}
