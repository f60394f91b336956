import { BadMessageError } from './bad-message.js';
import * as MESSAGE_TYPE from './message-type.js';

/**
 * The acknowledgement, sent by the viewer the moment a payload has arrived and before it is decoded.
 * Little-endian, 28 bytes:
 *
 *  0 u8 type = 2          4 u32 seq                          20 u32 drawnSeq
 *  1 u8 flags             8 f64 receivedAt, ms               24 f32 drawLagMs
 *  2 u8 decodeQueue      16 f32 receivedAt - headerAt, ms
 *  3 u8 clientDropped
 */
export const ACK_BYTES = 28;

const FLAG_HIDDEN = 1;
const FLAG_DECODE_ERROR = 2;
const FLAG_NEEDS_KEY = 4;
const FLAG_HELD_HEADER = 8;
const FLAG_HELD_PAYLOAD = 16;

/** Frames waiting to be decoded, above which the next one would only be thrown away: to be told at once. */
export const MAX_DECODE_QUEUE = 2;

/** A viewer that may leave out acknowledgements sends one at least so often while frames come, ms. */
export const MAX_ACK_GAP_MS = 500;

/**
 * What of a frame the viewer may have held up itself, so that its time of arrival tells nothing of the link: `none`, only
 * its `header`, or its `payload` and so all of it.
 */
export type Held = 'none' | 'header' | 'payload';

/** What an acknowledgement says. */
export interface Ack {
  /** The viewer's page is hidden: nobody looks. */
  hidden: boolean;
  /** A frame since the last acknowledgement could not be decoded. */
  decodeError: boolean;
  /** Nothing can be drawn before the next key frame. */
  needsKey: boolean;
  /** The viewer's thread was busy when this may have come; only for servers whose `capabilities` know of it. */
  held: Held;
  /** Frames received and not yet decoded, at most 255. */
  decodeQueue: number;
  /** Frames thrown away undrawn since the last acknowledgement, because a newer one had come; at most 255. */
  clientDropped: number;
  /** The frame that has arrived. */
  seq: number;
  /** When its payload arrived: ms on the viewer's own monotonic clock. */
  receivedAt: number;
  /**
   * From the arrival of its header to that of its payload, ms: the payload's time on the bottleneck. When the payload was
   * held up: for how long at most.
   */
  payloadMs: number;
  /** The newest frame that was drawn; 0 before the first. */
  drawnSeq: number;
  /** From the arrival of `drawnSeq` to its drawing, ms. */
  drawLagMs: number;
}

/** @returns a new array of `ACK_BYTES`; counts above 255 are sent as 255. */
export function encodeAck(ack: Ack): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ACK_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MESSAGE_TYPE.ack);
  view.setUint8(1, flagsOf(ack));
  view.setUint8(2, Math.min(255, ack.decodeQueue));
  view.setUint8(3, Math.min(255, ack.clientDropped));
  view.setUint32(4, ack.seq, true);
  view.setFloat64(8, ack.receivedAt, true);
  view.setFloat32(16, ack.payloadMs, true);
  view.setUint32(20, ack.drawnSeq, true);
  view.setFloat32(24, ack.drawLagMs, true);
  return bytes;
}

/** @throws BadMessageError when the length, the type or a time is not that of an acknowledgement. */
export function decodeAck(bytes: Uint8Array): Ack {
  if (bytes.byteLength !== ACK_BYTES || bytes[0] !== MESSAGE_TYPE.ack) {
    throw new BadMessageError(`An acknowledgement has ${ACK_BYTES} bytes and starts with ${MESSAGE_TYPE.ack}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(1);
  const ack: Ack = {
    hidden: (flags & FLAG_HIDDEN) !== 0,
    decodeError: (flags & FLAG_DECODE_ERROR) !== 0,
    needsKey: (flags & FLAG_NEEDS_KEY) !== 0,
    held: heldIn(flags),
    decodeQueue: view.getUint8(2),
    clientDropped: view.getUint8(3),
    seq: view.getUint32(4, true),
    receivedAt: view.getFloat64(8, true),
    payloadMs: view.getFloat32(16, true),
    drawnSeq: view.getUint32(20, true),
    drawLagMs: view.getFloat32(24, true),
  };
  if (!Number.isFinite(ack.receivedAt) || !Number.isFinite(ack.payloadMs) || !Number.isFinite(ack.drawLagMs)) {
    throw new BadMessageError('The times in an acknowledgement must be finite numbers.');
  }
  return ack;
}

function flagsOf({ hidden, decodeError, needsKey, held }: Ack): number {
  return (
    (hidden ? FLAG_HIDDEN : 0) |
    (decodeError ? FLAG_DECODE_ERROR : 0) |
    (needsKey ? FLAG_NEEDS_KEY : 0) |
    (held === 'header' ? FLAG_HELD_HEADER : 0) |
    (held === 'payload' ? FLAG_HELD_PAYLOAD : 0)
  );
}

function heldIn(flags: number): Held {
  if ((flags & FLAG_HELD_PAYLOAD) !== 0) return 'payload';
  return (flags & FLAG_HELD_HEADER) === 0 ? 'none' : 'header';
}
