import type { Alarm, Clock } from '../../server/src/time/clock.js';

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Time that passes only where something happens: a run is the same each time, and takes no longer than its work. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  /** Soonest last. */
  readonly #events: Event[] = [];

  now(): number {
    return this.#now;
  }

  at(time: number, run: () => void): Alarm {
    this.#order += 1;
    const event: Event = { time: Math.max(time, this.#now), order: this.#order, run, isCancelled: false };
    let index = this.#events.length;
    // Most events are soon, so their place is near the end.
    while (index > 0 && isBefore(this.#events[index - 1], event)) index -= 1;
    this.#events.splice(index, 0, event);
    return {
      cancel: () => {
        event.isCancelled = true;
      },
    };
  }

  /** Runs everything that is due until then, in order, and what comes of it. */
  runUntil(time: number): void {
    for (let event = this.#events.at(-1); event !== undefined && event.time <= time; event = this.#events.at(-1)) {
      this.#events.pop();
      this.#now = event.time;
      if (!event.isCancelled) event.run();
    }
    this.#now = time;
  }
}

/** At the same time what was asked for first comes first. */
function isBefore(a: Event | undefined, b: Event): boolean {
  return a !== undefined && (a.time < b.time || (a.time === b.time && a.order < b.order));
}
