/** So many pictures in a row make a step slow, or quick again: a second of them at 30 a second. */
const STEADY_AFTER = 30;

/** The rate of a source that announces none, 1/s. */
const USUAL_FPS = 30;

/** How a user's step keeps up with its source. */
export interface StepPace {
  readonly isSlow: boolean;
  /** Pictures in a row that say otherwise. */
  readonly against: number;
  /** What they took together, ms. */
  readonly tookMs: number;
}

export const STEADY_PACE: StepPace = { isSlow: false, against: 0, tookMs: 0 };

/**
 * Judges a step by what each picture took. Pure.
 *
 * @param fps of the source; 0 when it announces none.
 * @returns a warning when the step has just become too slow for its source.
 */
export function watchPace(pace: StepPace, tookMs: number, fps: number): { pace: StepPace; warning?: string } {
  const isSlow = tookMs > 1000 / (fps || USUAL_FPS);
  if (isSlow === pace.isSlow) return { pace: { isSlow, against: 0, tookMs: 0 } };
  const next = { isSlow: pace.isSlow, against: pace.against + 1, tookMs: pace.tookMs + tookMs };
  if (next.against < STEADY_AFTER) return { pace: next };
  const settled = { pace: { isSlow, against: 0, tookMs: 0 } };
  if (!isSlow) return settled;
  const meanMs = next.tookMs / next.against;
  const rate = Math.floor(10_000 / meanMs) / 10;
  const warning = `takes ${Math.round(meanMs)} ms for a picture: at most ${rate} a second get through.`;
  return { ...settled, warning };
}
