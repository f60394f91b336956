import type { ReceivedFrame } from './viewer.js';

/** Capture time and number of those that came with a header, oldest first. */
function captures(frames: readonly ReceivedFrame[]): { capturedAt: number; seq: number }[] {
  return frames.flatMap(({ header }) => (header === undefined ? [] : [header]));
}

/** From the capture of the first to that of the last, ms. */
export function spanMs(frames: readonly ReceivedFrame[]): number {
  const times = captures(frames).map(({ capturedAt }) => capturedAt);
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

/**
 * From one captured picture to the next, ms, those counted that this viewer was not sent: the median, which a machine
 * that stands still for a while does not change. NaN of fewer than two.
 */
export function intervalMs(frames: readonly ReceivedFrame[]): number {
  const all = captures(frames);
  const steps = all.slice(1).map(({ capturedAt, seq }, i) => {
    const before = all[i] ?? { capturedAt: NaN, seq: NaN };
    return (capturedAt - before.capturedAt) / (seq - before.seq);
  });
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? NaN;
}
