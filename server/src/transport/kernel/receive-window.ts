/**
 * What lies unread at the other host, told by the receive window that its kernel offers: it falls by what has arrived and
 * rises by what was read. Kernels make it larger as a connection proves fast, and each measures it in its own way, so
 * only the difference to the largest of late counts. Pure, and in constant space.
 *
 * Linux keeps some room back, about one frame, so that one that nobody reads does not show.
 */
export interface ReceiveWindow {
  /** Bytes when something arrived last, ... */
  readonly last: number;
  /** ... the most since it was begun to count, and of the count before. */
  readonly newer: number;
  readonly older: number;
  readonly counted: number;
}

export const NO_WINDOW: ReceiveWindow = { last: 0, newer: 0, older: 0, counted: 0 };

/** The largest of so many acknowledgements counts, or of twice as many: a host may make its window smaller. */
const HALF = 32;

/** @param bytes what it is when something has arrived. */
export function offered({ newer, older, counted }: ReceiveWindow, bytes: number): ReceiveWindow {
  if (counted === HALF) return { last: bytes, newer: bytes, older: newer, counted: 1 };
  return { last: bytes, newer: Math.max(newer, bytes), older, counted: counted + 1 };
}

/** @returns bytes that have arrived and were not read when the last one was offered. */
export function unreadBytes({ last, newer, older }: ReceiveWindow): number {
  return Math.max(newer, older) - last;
}
