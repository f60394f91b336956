import { readFile } from 'node:fs';
import { machineClock, type Alarm } from '../../time/clock.js';
import type { SocketTable } from './socket-table.js';

type OnLook = (table: string) => void;

interface Wanted {
  readonly from: number;
  readonly onLook: OnLook;
}

/** How soon a look follows the one before, ms. Each takes a thread 0.3 to 6 ms, as the kernel goes over its whole table. */
export const OFTEN_MS = 15;
/** A look that takes longer waited for a thread or a processor, ms. */
const MOST_LOOK_MS = 6;
/** Looks may take this part of one thread, ... */
const MOST_SHARE = 1 / 8;
/** ... and what they were spared before up to this, ms: programs are looked at when they are about to be done. */
const SAVED_MS = 250;

/** A look that is so much too early serves as well, ms. */
const EARLY_MS = 3;

/** Looks at one of the kernel's tables of sockets: few, and each for all who wait. */
class TableLooks {
  readonly #table: SocketTable;
  #wanted: Wanted[] = [];
  #alarm: { readonly at: number; readonly alarm: Alarm } | undefined;
  #isReading = false;
  #last = -Infinity;
  /** When the looks so far will have taken no more than their share. */
  #paidAt = -Infinity;

  constructor(table: SocketTable) {
    this.#table = table;
  }

  /** @returns when the next look may be, not before `from`: ms on the monotonic clock. */
  next(from: number): number {
    return Math.max(from, this.#last + OFTEN_MS, this.#paidAt - SAVED_MS);
  }

  look(from: number, onLook: OnLook): void {
    this.#wanted.push({ from, onLook });
    this.#arm();
  }

  #arm(): void {
    if (this.#isReading || this.#wanted.length === 0) return;
    const at = this.next(Math.min(...this.#wanted.map(({ from }) => from)));
    if (this.#alarm?.at === at) return;
    this.#alarm?.alarm.cancel();
    this.#alarm = { at, alarm: machineClock.at(at, () => this.#read()) };
  }

  #read(): void {
    this.#alarm = undefined;
    this.#isReading = true;
    const from = machineClock.now();
    const isServed = (wanted: Wanted) => wanted.from <= from + EARLY_MS;
    const served = this.#wanted.filter(isServed);
    this.#wanted = this.#wanted.filter(wanted => !isServed(wanted));
    readFile(this.#table, 'latin1', (error, text) => {
      const now = machineClock.now();
      this.#isReading = false;
      this.#last = now;
      this.#paidAt = Math.max(this.#paidAt, from) + Math.min(MOST_LOOK_MS, now - from) / MOST_SHARE;
      for (const { onLook } of served) onLook(error === null ? text : '');
      this.#arm();
    });
  }
}

const looks: Readonly<Record<SocketTable, TableLooks>> = {
  '/proc/net/tcp': new TableLooks('/proc/net/tcp'),
  '/proc/net/tcp6': new TableLooks('/proc/net/tcp6'),
};

/** @returns when a look at this table may be, not before `from`: ms on the monotonic clock. */
export function nextLookAt(table: SocketTable, from: number): number {
  return looks[table].next(from);
}

/** Calls back with the text of this table as it is at `from` or as soon as there may be a look; empty if it cannot be read. */
export function lookAt(table: SocketTable, from: number, onLook: OnLook): void {
  looks[table].look(from, onLook);
}
