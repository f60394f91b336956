import type { FrameHeader } from '@framewire/shared/frame-header';

/** One received picture: the header's fields, the bytes, and when they came. */
export interface Frame extends FrameHeader {
  /** The whole JPEG, as it came from the socket; the receiver of the frame owns it. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** When the payload had arrived: ms on this process's `performance.now()`. */
  readonly receivedAt: number;
  /** From the arrival of the header to that of the payload, ms: the payload's time on the slowest link. */
  readonly payloadMs: number;
  /** From capture to `receivedAt`, ms; undefined until the clocks are aligned (some 100 ms after connecting). */
  readonly ageMs: number | undefined;
  /** The payload as a Blob of its media type, for `createImageBitmap`, `URL.createObjectURL` or a download. */
  blob(): Blob;
}
