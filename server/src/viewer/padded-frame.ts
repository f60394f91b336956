import { encodeFrameHeader } from '@framewire/shared/frame-header';
import type { EncodedFrame } from '../frames.js';

/** JPEG's markers (ITU-T T.81, table B.1): start of image, JFIF's segment, which must be the first, and a comment. */
const SOI = 0xffd8;
const APP0 = 0xffe0;
const COM = 0xfffe;

/** A segment's length counts its own two bytes and is 16 bits; the marker takes two more. */
const MOST_SEGMENT = 0xffff + 2;
const LEAST_SEGMENT = 4;

/**
 * The same picture in at least so many bytes, or nearly: comments full of zeros, which every decoder skips.
 *
 * @param leastBytes of header and payload together. @returns the frame itself when it is large enough, or no JPEG.
 */
export function paddedFrame(frame: EncodedFrame, leastBytes: number): EncodedFrame {
  const { header, headerBytes, payload } = frame;
  const padding = Math.ceil(leastBytes) - headerBytes.length - payload.length;
  if (padding < LEAST_SEGMENT || header.placeholder || header.codec !== 'jpeg') return frame;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < 6 || view.getUint16(0) !== SOI) return frame;
  const at = view.getUint16(2) === APP0 ? Math.min(payload.length, 4 + view.getUint16(4)) : 2;
  const padded = Buffer.concat([payload.subarray(0, at), comments(padding), payload.subarray(at)]);
  const paddedHeader = { ...header, payloadBytes: padded.length };
  return { header: paddedHeader, headerBytes: encodeFrameHeader(paddedHeader), payload: padded };
}

/** @param length at least `LEAST_SEGMENT`. */
function comments(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const left = length - at;
    // The last one must not be left with less than a segment needs.
    const most = left - MOST_SEGMENT < LEAST_SEGMENT ? MOST_SEGMENT - LEAST_SEGMENT : MOST_SEGMENT;
    const segment = left <= MOST_SEGMENT ? left : most;
    bytes.writeUInt16BE(COM, at);
    bytes.writeUInt16BE(segment - 2, at + 2);
    at += segment;
  }
  return bytes;
}
