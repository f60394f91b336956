import type { EncodedFrame } from '../../frames.js';

/** A frame as WebSocket bytes: what every viewer's socket is given, built once. */
export interface WireImage {
  /** The message with the header, the message with the payload, and a ping with the frame's number, as `pingNumber`. */
  readonly bytes: Buffer;
  /** Where the second and the third begin. */
  readonly payloadAt: number;
  readonly pingAt: number;
}

const images = new WeakMap<EncodedFrame, WireImage>();

/**
 * The two messages of a frame, framed for the wire (RFC 6455, section 5.2) once for all viewers: a server does not
 * mask, so the bytes are the same. Writing them straight to the socket costs half of what two `ws.send` cost; it is
 * safe beside `ws` because without compression `ws` writes every message whole and at once.
 */
export function wireImage(frame: EncodedFrame): WireImage {
  let image = images.get(frame);
  if (image === undefined) {
    const { header, headerBytes, payload } = frame;
    const headerHead = messageHead(headerBytes.length);
    const payloadHead = messageHead(payload.length);
    const ping = Buffer.from([FINAL_PING, SEQ_BYTES, 0, 0, 0, 0]);
    ping.writeUInt32LE(header.seq, 2);
    const bytes = Buffer.concat([headerHead, headerBytes, payloadHead, payload, ping]);
    image = { bytes, payloadAt: headerHead.length + headerBytes.length, pingAt: bytes.length - ping.length };
    images.set(frame, image);
  }
  return image;
}

/** @returns the number of the frame that a ping was sent behind, from its pong; undefined: it was another ping. */
export function pingNumber(pong: Buffer): number | undefined {
  return pong.length === SEQ_BYTES ? pong.readUInt32LE() : undefined;
}

const SEQ_BYTES = 4;
const FINAL_BINARY = 0x82;
const FINAL_PING = 0x89;

/** The head of an unmasked binary message: 2, 4 or 10 bytes. */
function messageHead(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_BINARY, length]);
  const isShort = length < 0x1_0000;
  const head = Buffer.alloc(isShort ? 4 : 10);
  head[0] = FINAL_BINARY;
  head[1] = isShort ? 126 : 127;
  if (isShort) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
