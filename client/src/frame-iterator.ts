import { Latest } from '@framewire/shared/latest';
import type { Frame } from './frame.js';

type Result = IteratorResult<Frame, undefined>;

const DONE: Result = { done: true, value: undefined };

/** Frames for a `for await` loop, newest wins: one that waits while a newer comes is dropped, they never queue. */
export class FrameIterator implements AsyncIterableIterator<Frame, undefined> {
  readonly #latest = new Latest<Frame>();
  readonly #onDone: () => void;
  readonly #waiters: ((result: Result | Promise<Result>) => void)[] = [];
  /** What everybody gets from the end on. */
  #end: Promise<Result> | undefined;

  /** @param onDone called once, when no more frames are wanted */
  constructor(onDone: () => void) {
    this.#onDone = onDone;
  }

  /** @returns whether an older frame was dropped for it. */
  put(frame: Frame): boolean {
    const give = this.#waiters.shift();
    if (give === undefined) return this.#latest.put(frame) !== undefined;
    give({ done: false, value: frame });
    return false;
  }

  /** Ends the loop, with an error if there is one. */
  end(error: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
    // Nobody need be there to hear of it.
    this.#end.catch(() => undefined);
    this.#latest.take();
    for (const give of this.#waiters.splice(0)) give(this.#end);
    this.#onDone();
  }

  next(): Promise<Result> {
    const frame = this.#latest.take();
    if (frame !== undefined) return Promise.resolve({ done: false, value: frame });
    return this.#end ?? new Promise(resolve => this.#waiters.push(resolve));
  }

  /** Called by `break` and `return` in the loop. */
  return(): Promise<Result> {
    this.end(undefined);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
