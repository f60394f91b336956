/**
 * What lies unread at the other host, told by the receive window that its kernel offers: it falls by what has arrived and
 * rises by what was read. Kernels make it larger as a connection proves fast, and each measures it in its own way, so
 * only the difference to the largest of late counts. Pure.
 *
 * Linux keeps some room back, about one frame, so that one that nobody reads does not show.
 */
export type ReceiveWindow = readonly number[];

export const NO_WINDOW: ReceiveWindow = [];

/** Of so many acknowledgements the largest counts: a host may make its window smaller. */
const MOST = 64;

/** @param bytes what it is when something has arrived. */
export function offered(window: ReceiveWindow, bytes: number): ReceiveWindow {
  return [...window.slice(1 - MOST), bytes];
}

/** @returns bytes that have arrived and were not read when the last one was offered. */
export function unreadBytes(window: ReceiveWindow): number {
  return Math.max(0, ...window) - (window.at(-1) ?? 0);
}
