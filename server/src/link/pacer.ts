import { isHeldUp, rttMs, type Link } from './congestion.js';

/**
 * What is on its way to one viewer, and when the next frame may follow. Pure: each function returns a new state,
 * nothing here sends or waits.
 *
 * A frame is in flight from its sending until whoever knows best acknowledges it: the viewer itself; for viewers that
 * cannot, the kernel, or the socket that has taken its last byte. Between acknowledgements a model of the narrowest
 * place says how long it is busy with what was sent; each acknowledgement sets the model right.
 */
export interface Pacer {
  /** The frame that was sent last, and through it those before; undefined: none is in flight. */
  readonly newest: InFlight | undefined;
  readonly frames: number;
  readonly bytes: number;
  /** When the narrowest place will have passed all that was sent, ms on the monotonic clock. */
  readonly busyUntil: number;
}

/** A list that shares its tail: one more frame costs one small object, and the older ones are not even looked at. */
export interface InFlight {
  readonly seq: number;
  readonly bytes: number;
  /** ms on the monotonic clock. */
  readonly sentAt: number;
  /** How long it was to wait behind others when it was sent, ms. */
  readonly foreseenQueueMs: number;
  /** When its acknowledgement is expected, ms on the monotonic clock; not before that of an older one. */
  readonly expectedAt: number;
  readonly older: InFlight | undefined;
}

export const IDLE_PACER: Pacer = { newest: undefined, frames: 0, bytes: 0, busyUntil: -Infinity };

/** Bytes per ms while nothing is known: 2 Mbit/s. */
const UNKNOWN_RATE = 250;

/** An acknowledgement that is later than this, and than a quarter of the round trip: the link has collapsed, ms. */
const LATE_MS = 10;

/** Event loops make acknowledgements as much later, ms. */
const OVERDUE_MS = 5;

export function sent(pacer: Pacer, { seq, bytes }: Pick<InFlight, 'seq' | 'bytes'>, link: Link, now: number): Pacer {
  const older = pacer.newest;
  const foreseenQueueMs = Math.max(0, pacer.busyUntil - now);
  const busyUntil = now + foreseenQueueMs + bytes / (link.rate ?? UNKNOWN_RATE);
  const expectedAt = Math.max(busyUntil + rttMs(link), older?.expectedAt ?? -Infinity);
  const newest = { seq, bytes, sentAt: now, foreseenQueueMs, expectedAt, older };
  return { newest, frames: pacer.frames + 1, bytes: pacer.bytes + bytes, busyUntil };
}

export interface Acknowledged {
  readonly pacer: Pacer;
  readonly frame: InFlight;
  /** How many frames have arrived, this one and those before it, ... */
  readonly frames: number;
  /** ... and their bytes. */
  readonly bytes: number;
}

/**
 * Frames arrive in order, so an acknowledgement covers all before it.
 *
 * @returns undefined when the frame was not in flight: never sent, or acknowledged before.
 */
export function acknowledged(pacer: Pacer, seq: number): Acknowledged | undefined {
  let frame: InFlight | undefined;
  let [frames, bytes] = [0, 0];
  let [newerFrames, newerBytes] = [0, 0];
  for (let each = pacer.newest; each !== undefined; each = each.older) {
    // The oldest of that number: of two streams that were watched one after the other, two may have it.
    if (each.seq === seq) [frame, newerFrames, newerBytes] = [each, frames, bytes];
    frames += 1;
    bytes += each.bytes;
  }
  if (frame === undefined) return undefined;
  const rest = { newest: newerThan(frame, pacer.newest), frames: newerFrames, bytes: newerBytes };
  return {
    pacer: { ...rest, busyUntil: pacer.busyUntil },
    frame,
    frames: frames - newerFrames,
    bytes: bytes - newerBytes,
  };
}

function newerThan(acked: InFlight, frame: InFlight | undefined): InFlight | undefined {
  if (frame === undefined || frame === acked) return undefined;
  return { ...frame, older: newerThan(acked, frame.older) };
}

/** Sets the model of the narrowest place right. @param departedAt when the frame just acknowledged left it, our clock. */
export function reanchored(pacer: Pacer, link: Link, departedAt: number): Pacer {
  const { newest, frames, bytes } = pacer;
  const rtt = rttMs(link);
  let busyUntil = departedAt;
  const again = (frame: InFlight | undefined): InFlight | undefined => {
    if (frame === undefined) return undefined;
    const older = again(frame.older);
    busyUntil = Math.max(busyUntil, frame.sentAt) + frame.bytes / (link.rate ?? UNKNOWN_RATE);
    return { ...frame, expectedAt: Math.max(frame.expectedAt, busyUntil + rtt), older };
  };
  return { newest: again(newest), frames, bytes, busyUntil };
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
  const { newest, frames, bytes, busyUntil } = pacer;
  if (newest === undefined) return -Infinity;
  // Nothing is owed, and all has arrived as far as anybody knows: the usual case of viewers nearby.
  if (frames < ackEvery && newest.expectedAt <= now) return -Infinity;
  if (link.rate === undefined) return Infinity;
  const rtt = rttMs(link);
  const owed = owedFrame(pacer, ackEvery);
  // What a busy viewer is sent in advance is old when it is taken.
  const patienceMs = isHeldUp(link) ? 0 : Math.max(LATE_MS, rtt / 4);
  if (owed !== undefined && now > owed.expectedAt + patienceMs) return Infinity;
  const inFlight = inFlightAt(pacer, ackEvery, now);
  // One frame more than the path holds, so that the narrowest place does not idle while acknowledgements travel.
  if (inFlight.bytes > link.rate * (rtt + queueMs) + bytes / frames) return inFlight.nextAt;
  return busyUntil - queueMs;
}

/**
 * Frames that owe no acknowledgement of their own have arrived by the time at which theirs would be here, as far as
 * anybody knows. @returns the bytes of the others, and when the next of them will have arrived without being told of.
 */
function inFlightAt({ newest, frames }: Pacer, ackEvery: number, now: number): { bytes: number; nextAt: number } {
  let [bytes, nextAt, left] = [0, Infinity, frames];
  for (let frame = newest; frame !== undefined; frame = frame.older) {
    if (left < ackEvery) {
      if (frame.expectedAt <= now) break;
      nextAt = frame.expectedAt;
    }
    bytes += frame.bytes;
    left -= 1;
  }
  return { bytes, nextAt };
}

/**
 * Whether a frame should have arrived, of which a viewer that acknowledged just now the newest that it has said nothing. It may
 * owe no acknowledgement of that frame: one would have covered it.
 */
export function isOverdue({ newest }: Pacer, now: number): boolean {
  let oldest = newest;
  while (oldest?.older !== undefined) oldest = oldest.older;
  return oldest !== undefined && now > oldest.expectedAt + OVERDUE_MS;
}

/** For how long the viewer has owed an acknowledgement, ms. */
export function waitedMs(pacer: Pacer, ackEvery: number, now: number): number {
  const owed = owedFrame(pacer, ackEvery);
  return owed === undefined ? 0 : now - owed.sentAt;
}

/** The oldest frame whose acknowledgement is owed. */
function owedFrame({ newest, frames }: Pacer, ackEvery: number): InFlight | undefined {
  if (frames < ackEvery) return undefined;
  let frame = newest;
  for (let newer = frames - ackEvery; newer > 0; newer -= 1) frame = frame?.older;
  return frame;
}
