import type { EncodedFrame } from '../frames.js';

/** When a frame's header and the whole of it arrived, ms on the receiver's clock, whatever its zero. */
export interface ViewerArrival {
  readonly headerAt: number;
  readonly arrivedAt: number;
  /** The viewer was busy when the header may have come, ... */
  readonly isHeld: boolean;
  /** ... and the whole may have come so much earlier, ms. */
  readonly heldMs: number;
}

/** When somebody on the way knew that a frame had arrived, and the round trip without a queue: ms, our clock. */
export interface TransportArrival {
  readonly arrivedAt: number;
  /** Whether it arrived just then, and not at any time before. */
  readonly isTimed: boolean;
  readonly rttMs: number;
  /** What had arrived and nobody had read then, this frame among it; undefined: nobody knows. */
  readonly unreadBytes: number | undefined;
}

/** What the acknowledgement of a few bytes tells of whoever is to read what went before. */
export interface TransportAnswer {
  /** ms, our clock. */
  readonly at: number;
  /** By how much it took longer than the round trip, ms; undefined: nobody knows, as when what went before is still on its way. */
  readonly lateMs: number | undefined;
  /** As of an arrival. */
  readonly unreadBytes: number | undefined;
}

/** Where a viewer's frames leave. */
export interface FrameSocket {
  /**
   * Hands a frame to the socket; others may be sent the same bytes, so they must not be changed. Who knows when it
   * has arrived tells of it.
   *
   * @param isMeasured false, only where one `canLook`: nobody needs to know when it arrives, `look` will ask.
   */
  send(frame: EncodedFrame, isMeasured: boolean): void;
  readonly canLook?: boolean | undefined;
  /**
   * Looks for the newest frame, if it was sent unmeasured. If it has not arrived it will be told of.
   *
   * @returns its number if it has arrived and was read, which nobody tells of.
   */
  look?(): number | undefined;
  /** Whether the socket still holds bytes that the kernel did not take. */
  isClogged(): boolean;
  /** Sends a few bytes, and tells when they have arrived. Only where there are some that change nothing. */
  readonly ask?: ((onAnswer: (answer: TransportAnswer) => void) => void) | undefined;
  /** Whether the viewer's library reads ahead of its program, where answers tell exactly what lies unread before it. */
  readonly readsAhead?: boolean | undefined;
}
