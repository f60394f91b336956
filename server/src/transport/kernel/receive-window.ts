/**
 * What lies unread at the other host, told by the receive window that its kernel offers: it falls by what has arrived and
 * rises by what was read. Kernels make it larger as a connection proves fast, and each measures it in its own way, so
 * only the difference to the largest of late counts. Pure.
 *
 * Linux keeps some room back at first, about 30 kB, so that the first frames that nobody reads do not show.
 */
export type ReceiveWindow = readonly number[];

export const NO_WINDOW: ReceiveWindow = [];

/** Of so many frames the largest counts: a host may make its window smaller. */
const FRAMES = 64;

/** @param bytes what it is when a frame has arrived. */
export function offered(window: ReceiveWindow, bytes: number): ReceiveWindow {
  return [...window.slice(1 - FRAMES), bytes];
}

/** @returns bytes that have arrived and were not read when the last one was offered. */
export function unreadBytes(window: ReceiveWindow): number {
  return Math.max(0, ...window) - (window.at(-1) ?? 0);
}
