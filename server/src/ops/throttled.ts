import { monotonicMs } from '../time/monotonic.js';

/** How often the same kind of failure is told of at most, ms. */
const TELL_INTERVAL_MS = 10_000;

/** Tells the first, and then at most one in 10 s: what is out of descriptors or memory fails thousands of times a second. */
export function throttled<T>(tell: (what: T) => void): (what: T) => void {
  let toldAt = -Infinity;
  return what => {
    if (monotonicMs() - toldAt < TELL_INTERVAL_MS) return;
    toldAt = monotonicMs();
    tell(what);
  };
}
