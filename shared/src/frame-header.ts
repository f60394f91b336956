import { BadMessageError } from './bad-message.js';
import * as MESSAGE_TYPE from './message-type.js';
import { CODECS, PROTOCOL_VERSION, type Codec } from './protocol.js';

/**
 * The frame header, one binary message directly before the message with the payload. Little-endian, 40 bytes:
 *
 *  0 u8  type = 1          12 u32 payloadBytes            28 u16 width, pixels
 *  1 u8  version = 1       16 f64 capturedAt, ms          30 u16 height, pixels
 *  2 u8  codec             24 u32 encodeUs                32 u32 refSeq
 *  3 u8  flags                                            36 u32 reserved = 0
 *  4 u16 stream
 *  6 u16 rendition
 *  8 u32 seq
 *
 * It is built once and the same bytes go to all viewers, but for those whose payload is padded: then `payloadBytes` differs.
 */
export const FRAME_HEADER_BYTES = 40;

const FLAG_KEY = 1;
const FLAG_DISCARDABLE = 2;
const FLAG_PLACEHOLDER = 4;

/** What a header says of the payload behind it. */
export interface FrameHeader {
  codec: Codec;
  /** Decodable on its own. Always true for JPEG. */
  key: boolean;
  /** No later frame refers to it. Always true for JPEG. */
  discardable: boolean;
  /** Not a picture of the source: it says why there is none. */
  placeholder: boolean;
  /** Number of the stream as listed in `welcome`, 0-65535. */
  stream: number;
  /** Number of the rendition as answered in `subscribed`, 0-65535. */
  rendition: number;
  /**
   * Number of the captured picture within its stream, the same in every rendition, never falling (mod 2^32).
   * A gap counts pictures that this viewer did not get.
   */
  seq: number;
  /** Size of the payload message that follows. */
  payloadBytes: number;
  /** When the picture was taken: ms on the server's monotonic clock. */
  capturedAt: number;
  /** From capture to encoded, microseconds, at most 2^32 - 1. */
  encodeUs: number;
  width: number;
  height: number;
  /** `seq` of the frame that this one needs for decoding; 0 for key frames and JPEG. */
  refSeq: number;
}

/** @returns a new array of `FRAME_HEADER_BYTES`; the caller owns it. Numbers beyond their field are cut to it. */
export function encodeFrameHeader(header: FrameHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MESSAGE_TYPE.frame);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint8(2, CODECS.indexOf(header.codec));
  view.setUint8(
    3,
    (header.key ? FLAG_KEY : 0) |
      (header.discardable ? FLAG_DISCARDABLE : 0) |
      (header.placeholder ? FLAG_PLACEHOLDER : 0),
  );
  view.setUint16(4, header.stream, true);
  view.setUint16(6, header.rendition, true);
  view.setUint32(8, header.seq, true);
  view.setUint32(12, header.payloadBytes, true);
  view.setFloat64(16, header.capturedAt, true);
  view.setUint32(24, header.encodeUs, true);
  view.setUint16(28, header.width, true);
  view.setUint16(30, header.height, true);
  view.setUint32(32, header.refSeq, true);
  return bytes;
}

/** @throws BadMessageError when the bytes are not a header of this version. */
export function decodeFrameHeader(bytes: Uint8Array): FrameHeader {
  const [type, version] = bytes;
  if (bytes.byteLength !== FRAME_HEADER_BYTES || type !== MESSAGE_TYPE.frame || version !== PROTOCOL_VERSION) {
    throw new BadMessageError(
      `A frame header has ${FRAME_HEADER_BYTES} bytes and starts with ${MESSAGE_TYPE.frame}, ${PROTOCOL_VERSION} (type and ` +
        `version); this one has ${bytes.byteLength} and starts with ${type}, ${version}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const codec = CODECS[view.getUint8(2)];
  if (codec === undefined) throw new BadMessageError(`Codec ${view.getUint8(2)} is unknown.`);
  const capturedAt = view.getFloat64(16, true);
  if (!Number.isFinite(capturedAt)) throw new BadMessageError(`The capture time is ${capturedAt}.`);
  const flags = view.getUint8(3);
  return {
    codec,
    key: (flags & FLAG_KEY) !== 0,
    discardable: (flags & FLAG_DISCARDABLE) !== 0,
    placeholder: (flags & FLAG_PLACEHOLDER) !== 0,
    stream: view.getUint16(4, true),
    rendition: view.getUint16(6, true),
    seq: view.getUint32(8, true),
    payloadBytes: view.getUint32(12, true),
    capturedAt,
    encodeUs: view.getUint32(24, true),
    width: view.getUint16(28, true),
    height: view.getUint16(30, true),
    refSeq: view.getUint32(32, true),
  };
}
