/**
 * Thins a stream of pictures to a rate: pure, by their capture times.
 *
 * Due times form a grid of 1/fps, so that 30 -> 20 fps takes two of three and does not fall to 15; a quarter of an
 * interval of tolerance swallows the camera's jitter. After a pause the grid starts anew with the picture that came.
 */
export interface RateGate {
  /** When the next picture is due, ms on the capture clock. */
  readonly dueAt: number;
  /** The rate by which it is due. */
  readonly fps: number;
}

export const OPEN_GATE: RateGate = { dueAt: -Infinity, fps: Infinity };

/**
 * @param fps Infinity lets everything pass. Another rate than last time counts from the picture that passed last, so
 * that nobody waits for a picture that a slower viewer was due.
 * @returns the new gate when the picture passes, undefined when it does not.
 */
export function passGate(gate: RateGate, capturedAt: number, fps: number): RateGate | undefined {
  if (fps === Infinity) return OPEN_GATE;
  const interval = 1000 / fps;
  const dueAt = gate.dueAt - 1000 / gate.fps + interval;
  if (capturedAt < dueAt - interval / 4) return undefined;
  const isLate = capturedAt > dueAt + interval;
  return { dueAt: (isLate ? capturedAt : dueAt) + interval, fps };
}
