/** Arithmetic of the bench: pure, so that a test can hold it to numbers worked out by hand. */

/** Nearest rank. @param ascending sorted. @returns NaN of nothing. */
export function percentile(ascending: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * ascending.length);
  return ascending[Math.max(0, rank - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const upper = ascending[Math.floor(ascending.length / 2)] ?? NaN;
  const lower = ascending[Math.ceil(ascending.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

interface Cost {
  viewers: number;
  fps: number;
  serverCores: number;
  servingCores: number;
  ownMemoryBytes: number;
}

/**
 * CPU for one frame of one further viewer, us: of all processes, or only of the one that serves. What does not grow with
 * the viewers (capture, encoding) falls out, but not that the same capture takes more CPU on a busier machine.
 */
export function furtherFrameUs(few: Cost, many: Cost, of: 'serverCores' | 'servingCores' = 'serverCores'): number {
  return ((many[of] - few[of]) / ((many.viewers - few.viewers) * many.fps)) * 1e6;
}

/** Memory of one further viewer, kB. */
export function furtherViewerKb(few: Cost, many: Cost): number {
  return (many.ownMemoryBytes - few.ownMemoryBytes) / (many.viewers - few.viewers) / 1000;
}

/**
 * Growth from the second quarter (the first fills caches) to the last, as a share: 0.01 is 1 %. Of the low points of
 * each: what lies above them is what the collector has not yet come to.
 */
export function growth(track: readonly number[]): number {
  const quarter = Math.floor(track.length / 4);
  const early = low(track.slice(quarter, 2 * quarter));
  return (low(track.slice(-quarter)) - early) / early;
}

function low(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    10,
  );
}
