import { median } from './figures.js';
import type { Reading } from '../reading.js';

/** What one contender did in all rounds. */
export interface Result {
  key: string;
  name: string;
  /** With the fewest viewers first; medians over the rounds. */
  readings: readonly Reading[];
  /** Why there are none, or not all. */
  note: string | undefined;
}

interface Collected {
  key: string;
  name: string;
  readings: Reading[];
  note: string | undefined;
}

/** Gathers readings in the order in which the contenders first come. */
export class Results {
  readonly #collected = new Map<string, Collected>();

  add(key: string, name: string, outcome: Reading | string): void {
    const entry = this.#collected.get(key) ?? { key, name, readings: [], note: undefined };
    this.#collected.set(key, entry);
    if (typeof outcome === 'string') {
      entry.note = outcome;
      return;
    }
    entry.readings.push(outcome);
    if (outcome.unreadable > 0) entry.note = `${outcome.unreadable} pictures had no readable time code`;
  }

  all(): Result[] {
    return [...this.#collected.values()].map(({ readings, ...rest }) => {
      const counts = [...new Set(readings.map(({ viewers }) => viewers))].sort((a, b) => a - b);
      return { ...rest, readings: counts.map(count => middle(readings.filter(({ viewers }) => viewers === count))) };
    });
  }
}

function middle(readings: readonly Reading[]): Reading {
  const of = (pick: (reading: Reading) => number): number => median(readings.map(pick));
  return {
    viewers: of(reading => reading.viewers),
    fps: of(reading => reading.fps),
    slowestFps: of(reading => reading.slowestFps),
    frameBytes: of(reading => reading.frameBytes),
    ageP50: of(reading => reading.ageP50),
    ageP99: of(reading => reading.ageP99),
    serverCores: of(reading => reading.serverCores),
    servingCores: of(reading => reading.servingCores),
    clientCores: of(reading => reading.clientCores),
    otherCores: of(reading => reading.otherCores),
    memoryBytes: of(reading => reading.memoryBytes),
    ownMemoryBytes: of(reading => reading.ownMemoryBytes),
    unreadable: of(reading => reading.unreadable),
  };
}

/** Whether a result is one of the floors, which carry the size of their frames in their keys. */
export const isFloor = (result: Result): boolean => result.key.startsWith('floor-');

export type FloorKind = 'floor-c' | 'floor-node' | 'floor-answered';

/** The floor of this kind whose frames are nearest in size. */
export function nearestFloor(results: readonly Result[], kind: FloorKind, frameBytes: number): Result | undefined {
  const distance = (result: Result): number => Math.abs((result.readings[0]?.frameBytes ?? 0) - frameBytes);
  return results
    .filter(result => result.key.startsWith(kind) && result.readings.length > 1)
    .sort((a, b) => distance(a) - distance(b))[0];
}
