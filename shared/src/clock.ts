import { BadMessageError } from './bad-message.js';
import * as MESSAGE_TYPE from './message-type.js';

/**
 * Clock samples, after NTP (RFC 5905, section 8): the viewer sends its time, the server answers with that and
 * its own two. Little-endian; byte 0 is the type, bytes 1-7 are 0:
 *
 *  ping, 16 bytes:   8 f64 sentAt (viewer's clock, ms)
 *  pong, 32 bytes:   8 f64 sentAt   16 f64 serverReceivedAt   24 f64 serverSentAt (server's clock, ms)
 */
export const CLOCK_PING_BYTES = 16;
/** Of the server's answer. */
export const CLOCK_PONG_BYTES = 32;

/** The server's answer to a ping. */
export interface ClockPong {
  /** The viewer's own time stamp, returned. */
  sentAt: number;
  /** When the ping arrived: ms on the server's monotonic clock, the one of `capturedAt`. */
  serverReceivedAt: number;
  /** When the pong was sent: the same clock. */
  serverSentAt: number;
}

/** @param sentAt now, ms on the viewer's own monotonic clock. @returns a new array of `CLOCK_PING_BYTES`. */
export function encodeClockPing(sentAt: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CLOCK_PING_BYTES);
  bytes[0] = MESSAGE_TYPE.clock;
  new DataView(bytes.buffer).setFloat64(8, sentAt, true);
  return bytes;
}

/** @returns the viewer's `sentAt`, ms. @throws BadMessageError when it is no ping. */
export function decodeClockPing(bytes: Uint8Array): number {
  const [sentAt] = decodeTimes(bytes, CLOCK_PING_BYTES);
  return sentAt ?? 0;
}

/** @returns a new array of `CLOCK_PONG_BYTES`; stamp `serverSentAt` last, directly before sending. */
export function encodeClockPong(pong: ClockPong): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CLOCK_PONG_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MESSAGE_TYPE.clock);
  view.setFloat64(8, pong.sentAt, true);
  view.setFloat64(16, pong.serverReceivedAt, true);
  view.setFloat64(24, pong.serverSentAt, true);
  return bytes;
}

/** @throws BadMessageError when it is no pong. */
export function decodeClockPong(bytes: Uint8Array): ClockPong {
  const [sentAt = 0, serverReceivedAt = 0, serverSentAt = 0] = decodeTimes(bytes, CLOCK_PONG_BYTES);
  return { sentAt, serverReceivedAt, serverSentAt };
}

function decodeTimes(bytes: Uint8Array, length: number): number[] {
  if (bytes.byteLength !== length || bytes[0] !== MESSAGE_TYPE.clock) {
    throw new BadMessageError(`A clock message here has ${length} bytes and starts with ${MESSAGE_TYPE.clock}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const times: number[] = [];
  for (let offset = 8; offset < length; offset += 8) times.push(view.getFloat64(offset, true));
  if (!times.every(Number.isFinite)) throw new BadMessageError('The times in a clock message must be finite numbers.');
  return times;
}
