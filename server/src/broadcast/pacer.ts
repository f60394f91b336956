import { departedAt, rttMs, type Link } from './congestion.js';

/**
 * What is on its way to one viewer, and when the next frame may follow. Pure: each function returns a new state,
 * nothing here sends or waits.
 *
 * A frame is in flight from its sending until whoever knows best acknowledges it: the viewer itself; for viewers that
 * cannot, the kernel, or the socket that has taken its last byte. Between acknowledgements a model of the narrowest
 * place says how long it is busy with what was sent; each acknowledgement sets the model right.
 */
export interface Pacer {
  /** Oldest first. */
  readonly inFlight: readonly InFlight[];
  readonly inFlightBytes: number;
  /** When the narrowest place will have passed all that was sent, ms on the monotonic clock. */
  readonly busyUntil: number;
}

export interface InFlight {
  readonly seq: number;
  readonly bytes: number;
  /** ms on the monotonic clock. */
  readonly sentAt: number;
  /** How long it was to wait behind others when it was sent, ms. */
  readonly foreseenQueueMs: number;
  /** When its acknowledgement is expected, ms on the monotonic clock. */
  readonly expectedAt: number;
}

export const IDLE_PACER: Pacer = { inFlight: [], inFlightBytes: 0, busyUntil: -Infinity };

/** Bytes per ms while nothing is known: 2 Mbit/s. */
const UNKNOWN_RATE = 250;

/** An acknowledgement that is later than this, and than a quarter of the round trip: the link has collapsed, ms. */
const LATE_MS = 20;

export function sent(pacer: Pacer, { seq, bytes }: Pick<InFlight, 'seq' | 'bytes'>, link: Link, now: number): Pacer {
  const foreseenQueueMs = Math.max(0, pacer.busyUntil - now);
  const busyUntil = now + foreseenQueueMs + bytes / (link.rate ?? UNKNOWN_RATE);
  const frame = { seq, bytes, sentAt: now, foreseenQueueMs, expectedAt: busyUntil + rttMs(link) };
  return { inFlight: [...pacer.inFlight, frame], inFlightBytes: pacer.inFlightBytes + bytes, busyUntil };
}

/**
 * Frames arrive in order, so an acknowledgement covers all before it.
 *
 * @returns undefined when the frame was not in flight: never sent, or acknowledged before.
 */
export function acknowledged(pacer: Pacer, seq: number): { pacer: Pacer; frame: InFlight } | undefined {
  const index = pacer.inFlight.findIndex(frame => frame.seq === seq);
  const frame = pacer.inFlight[index];
  if (frame === undefined) return undefined;
  const inFlight = pacer.inFlight.slice(index + 1);
  let inFlightBytes = 0;
  for (const { bytes } of inFlight) inFlightBytes += bytes;
  return { pacer: { ...pacer, inFlight, inFlightBytes }, frame };
}

/** Sets the model of the narrowest place right. @param arrivedAt of the frame just acknowledged, receiver's clock. */
export function reanchored(pacer: Pacer, link: Link, arrivedAt: number): Pacer {
  let busyUntil = departedAt(link, arrivedAt);
  const rtt = rttMs(link);
  const inFlight = pacer.inFlight.map(frame => {
    busyUntil = Math.max(busyUntil, frame.sentAt) + frame.bytes / (link.rate ?? UNKNOWN_RATE);
    return { ...frame, expectedAt: Math.max(frame.expectedAt, busyUntil + rtt) };
  });
  return { ...pacer, inFlight, busyUntil };
}

/**
 * When the next frame may be sent, ms on the monotonic clock: in the past when it may now, Infinity when only an
 * acknowledgement can tell.
 *
 * With none in flight a viewer can always be served, so that nothing that is believed of a link can starve it. While
 * its rate is not known, frames go one at a time.
 *
 * @param queueMs how long the next frame may wait behind others.
 */
export function sendableAt(
  { inFlight, inFlightBytes, busyUntil }: Pacer,
  link: Link,
  queueMs: number,
  now: number,
): number {
  const oldest = inFlight[0];
  if (oldest === undefined) return -Infinity;
  if (link.rate === undefined) return Infinity;
  const rtt = rttMs(link);
  if (now > oldest.expectedAt + Math.max(LATE_MS, rtt / 4)) return Infinity;
  // One frame more than the way holds, so that the narrowest place does not idle while acknowledgements travel.
  if (inFlightBytes > link.rate * (rtt + queueMs) + inFlightBytes / inFlight.length) return Infinity;
  return busyUntil - queueMs;
}

/** For how long the viewer has left the oldest frame unacknowledged, ms; 0 when nothing is in flight. */
export function waitedMs({ inFlight }: Pacer, now: number): number {
  const oldest = inFlight[0];
  return oldest === undefined ? 0 : now - oldest.sentAt;
}
