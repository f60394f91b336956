import type { Ack } from '@framewire/shared/ack';
import type { InFlight } from './pacer.js';

/** What a controller learns. `ack` is absent when only the socket acknowledged. Times in ms, monotonic clock. */
export interface AckEvent {
  readonly frame: InFlight;
  readonly ack?: Ack;
  readonly now: number;
}

/**
 * How much may be on its way to one viewer. Pure: `acked` returns the next state and never looks at a clock, so that
 * a recorded trace gives the same decisions again.
 */
export interface Congestion {
  /** Frames that may be in flight, at least 1: with none in flight a viewer can always be served. */
  readonly windowFrames: number;
  acked(event: AckEvent): Congestion;
}

/**
 * A window that never changes. With acknowledgements 2 frames: one on the wire and one behind it, so that the wire
 * does not idle for a round trip. Without them 1: the kernel's buffer already holds more than anybody wants.
 */
export function fixedWindow(acknowledgedBy: 'viewer' | 'socket'): Congestion {
  const congestion: Congestion = {
    windowFrames: acknowledgedBy === 'viewer' ? 2 : 1,
    acked: () => congestion,
  };
  return congestion;
}
