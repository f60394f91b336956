/**
 * What is on its way to one viewer. Pure: each function returns a new state, nothing here sends or waits.
 *
 * A frame is in flight from its sending until whoever knows best acknowledges it: the viewer itself, or, for viewers
 * that cannot, the socket that has taken its last byte.
 */
export interface InFlight {
  readonly seq: number;
  readonly bytes: number;
  /** ms on the monotonic clock. */
  readonly sentAt: number;
}

/** Oldest first. */
export type Pacer = readonly InFlight[];

export const IDLE_PACER: Pacer = [];

export function sent(pacer: Pacer, frame: InFlight): Pacer {
  return [...pacer, frame];
}

/**
 * Frames arrive in order, so an acknowledgement covers all before it.
 *
 * @returns undefined when the frame was not in flight: never sent, or acknowledged before.
 */
export function acknowledged(pacer: Pacer, seq: number): { pacer: Pacer; frame: InFlight } | undefined {
  const index = pacer.findIndex(frame => frame.seq === seq);
  const frame = pacer[index];
  return frame === undefined ? undefined : { pacer: pacer.slice(index + 1), frame };
}

export function maySend(pacer: Pacer, windowFrames: number): boolean {
  return pacer.length < windowFrames;
}

/** For how long the viewer has left the oldest frame unacknowledged, ms; 0 when nothing is in flight. */
export function waitedMs(pacer: Pacer, now: number): number {
  const oldest = pacer[0];
  return oldest === undefined ? 0 : now - oldest.sentAt;
}
