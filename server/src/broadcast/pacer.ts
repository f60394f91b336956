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

export interface Acknowledged {
  readonly pacer: Pacer;
  readonly frame: InFlight;
  /** How many frames have arrived: this one and those before it. */
  readonly frames: number;
}

/**
 * Frames arrive in order, so an acknowledgement covers all before it.
 *
 * @returns undefined when the frame was not in flight: never sent, or acknowledged before.
 */
export function acknowledged(pacer: Pacer, seq: number): Acknowledged | undefined {
  let { inFlightBytes } = pacer;
  for (const [index, frame] of pacer.inFlight.entries()) {
    inFlightBytes -= frame.bytes;
    if (frame.seq !== seq) continue;
    const inFlight = pacer.inFlight.slice(index + 1);
    return { pacer: { inFlight, inFlightBytes, busyUntil: pacer.busyUntil }, frame, frames: index + 1 };
  }
  return undefined;
}

/** Sets the model of the narrowest place right. @param arrivedAt of the frame just acknowledged, receiver's clock. */
export function reanchored(pacer: Pacer, link: Link, arrivedAt: number): Pacer {
  let busyUntil = departedAt(link, arrivedAt);
  const rtt = rttMs(link);
  const inFlight = pacer.inFlight.map(frame => {
    busyUntil = Math.max(busyUntil, frame.sentAt) + frame.bytes / (link.rate ?? UNKNOWN_RATE);
    const { seq, bytes, sentAt, foreseenQueueMs } = frame;
    return { seq, bytes, sentAt, foreseenQueueMs, expectedAt: Math.max(frame.expectedAt, busyUntil + rtt) };
  });
  return { inFlight, inFlightBytes: pacer.inFlightBytes, busyUntil };
}

export interface PaceRules {
  /** How long the next frame may wait behind others, ms. */
  readonly queueMs: number;
  /** An acknowledgement is owed for each so many frames, see `AckPace`. */
  readonly ackEvery: number;
}

/**
 * When the next frame may be sent, ms on the monotonic clock: in the past when it may now, Infinity when only an
 * acknowledgement can tell.
 *
 * With none in flight a viewer can always be served, so that nothing that is believed of a link can starve it. While
 * its rate is not known, frames go one at a time.
 */
export function sendableAt(pacer: Pacer, link: Link, { queueMs, ackEvery }: PaceRules, now: number): number {
  const { inFlight, inFlightBytes, busyUntil } = pacer;
  const newest = inFlight.at(-1);
  if (newest === undefined) return -Infinity;
  // Nothing is owed, and all has arrived as far as anybody knows: the usual case of viewers nearby.
  if (inFlight.length < ackEvery && newest.expectedAt <= now) return -Infinity;
  if (link.rate === undefined) return Infinity;
  const rtt = rttMs(link);
  const owed = inFlight[ackEvery - 1];
  if (owed !== undefined && now > owed.expectedAt + Math.max(LATE_MS, rtt / 4)) return Infinity;
  const { bytes, nextAt } = onTheWay(pacer, ackEvery, now);
  // One frame more than the way holds, so that the narrowest place does not idle while acknowledgements travel.
  if (bytes > link.rate * (rtt + queueMs) + inFlightBytes / inFlight.length) return nextAt;
  return busyUntil - queueMs;
}

/**
 * Frames that owe no acknowledgement of their own have arrived by the time at which theirs would be here, as far as
 * anybody knows. @returns the bytes of the others, and when the next of them will have arrived without being told of.
 */
function onTheWay(
  { inFlight, inFlightBytes }: Pacer,
  ackEvery: number,
  now: number,
): { bytes: number; nextAt: number } {
  let bytes = inFlightBytes;
  for (let index = 0; index < ackEvery - 1; index += 1) {
    const frame = inFlight[index];
    if (frame === undefined) break;
    if (frame.expectedAt > now) return { bytes, nextAt: frame.expectedAt };
    bytes -= frame.bytes;
  }
  return { bytes, nextAt: Infinity };
}

/** For how long the viewer has owed an acknowledgement, ms. */
export function waitedMs({ inFlight }: Pacer, ackEvery: number, now: number): number {
  const owed = inFlight[ackEvery - 1];
  return owed === undefined ? 0 : now - owed.sentAt;
}
