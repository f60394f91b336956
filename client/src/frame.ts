import type { FrameHeader } from '@framewire/shared/frame-header';
import type { Codec } from '@framewire/shared/protocol';
import type { Arrival } from './connection/receiver.js';

/** One received picture: the header's fields, the bytes, and when they came. */
export interface Frame extends Readonly<FrameHeader> {
  /** The whole JPEG, as it came from the socket; the receiver of the frame owns it. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** When the payload had arrived: ms on this process's (or worker's) `performance.now()`. */
  readonly receivedAt: number;
  /** From the arrival of the header to that of the payload, ms: the payload's time on the slowest link. */
  readonly payloadMs: number;
  /** From capture to `receivedAt`, ms; undefined until the clocks are aligned (a round trip after connecting). */
  readonly ageMs: number | undefined;
  /** Pictures captured since the frame before this one, that did not come here. */
  readonly missed: number;
  /** The payload as a Blob of its media type, for `createImageBitmap`, `URL.createObjectURL` or a download. */
  blob(): Blob;
}

const MEDIA_TYPES: Record<Codec, string> = { jpeg: 'image/jpeg', h264: 'video/h264' };

/** @param missed as in `Frame`. @returns a frame that owns the arrival's payload, without a copy of it. */
export function createFrame(arrival: Arrival, ageMs: number | undefined, missed: number): Frame {
  const { header, payload, receivedAt, payloadMs } = arrival;
  return {
    ...header,
    payload,
    receivedAt,
    payloadMs,
    ageMs,
    missed,
    blob: () => new Blob([payload], { type: MEDIA_TYPES[header.codec] }),
  };
}

/** Pictures between two frames of a stream; a number that falls is another engine's, which counts from its own start. */
export function missedBetween(olderSeq: number | undefined, seq: number): number {
  // As a signed number of 32 bits: sequence numbers wrap around (serial number arithmetic, RFC 1982).
  const step = (seq - (olderSeq ?? seq)) | 0;
  return Math.max(0, step - 1);
}
