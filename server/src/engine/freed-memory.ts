import { machineClock, type Clock } from '../time/clock.js';

/**
 * How soon what encoders have freed goes back to the system, ms: long enough that a crowd which comes and goes costs one
 * walk over the heaps (some ms of a thread), and soon enough that nobody takes what is left of it for a leak.
 */
const WAIT_MS = 4000;

/**
 * Gives memory back to the system that encoders which are gone have freed. glibc by itself gives back only what lies at the
 * end of a heap: after storms of snapshots 10 to 60 MB stayed.
 */
export class FreedMemory {
  readonly #giveBack: () => void;
  readonly #clock: Clock;
  #isDue = false;

  /** @param giveBack defaults to malloc_trim(3) of glibc, through koffi, which is optional; does nothing without. */
  constructor(giveBack: () => void = trimHeaps, clock: Clock = machineClock) {
    this.#giveBack = giveBack;
    this.#clock = clock;
  }

  /** Call when something large has been, or is about to be, freed. */
  freed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.at(this.#clock.now() + WAIT_MS, () => {
      this.#isDue = false;
      this.#giveBack();
    });
  }
}

function trimHeaps(): void {
  // Loaded when needed: most engines never drop a rendition.
  import('../libc-function.js').then(
    ({ libcFunction }) => {
      // In a thread: the loop goes on reading the source.
      libcFunction('int malloc_trim(size_t)')?.async(0, () => undefined);
    },
    // There may be no descriptor left to load it with: then the memory stays, and the engine too.
    () => undefined,
  );
}
