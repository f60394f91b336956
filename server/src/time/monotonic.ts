/**
 * Milliseconds on the machine's monotonic clock (CLOCK_MONOTONIC on Linux), with microseconds behind the point.
 * The same in every process of this machine, and the clock that V4L2 stamps pictures with; `performance.now()`
 * would start anew in each process.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
