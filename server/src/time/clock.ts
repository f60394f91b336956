import { monotonicMs } from './monotonic.js';

/** Time as policies are run by: the machine's, or a simulator's. */
export interface Clock {
  /** ms on the monotonic clock. */
  now(): number;
  /** Runs something once, at that time or a little later. */
  at(time: number, run: () => void): Alarm;
}

export interface Alarm {
  cancel(): void;
}

export const machineClock: Clock = {
  now: monotonicMs,
  at(time, run) {
    const timer = setTimeout(run, Math.max(0, time - monotonicMs()));
    return { cancel: () => clearTimeout(timer) };
  },
};
