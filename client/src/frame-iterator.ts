import { Latest } from '@framewire/shared/latest';
import type { Frame } from './frame.js';

interface Waiter {
  resolve: (result: IteratorResult<Frame, undefined>) => void;
  reject: (error: Error) => void;
}

/** Frames for a `for await` loop, newest wins: one that waits while a newer comes is dropped, they never queue. */
export class FrameIterator implements AsyncIterableIterator<Frame, undefined> {
  readonly #latest = new Latest<Frame>();
  readonly #onDone: () => void;
  #waiters: Waiter[] = [];
  #end: { error: Error | undefined } | undefined;

  /** @param onDone called once, when no more frames are wanted */
  constructor(onDone: () => void) {
    this.#onDone = onDone;
  }

  /** @returns whether an older frame was dropped for it. */
  put(frame: Frame): boolean {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return this.#latest.put(frame) !== undefined;
    waiter.resolve({ done: false, value: frame });
    return false;
  }

  /** Ends the loop, with an error if there is one. */
  end(error: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#latest.take();
    for (const waiter of this.#waiters) {
      if (error === undefined) waiter.resolve({ done: true, value: undefined });
      else waiter.reject(error);
    }
    this.#waiters = [];
    this.#onDone();
  }

  next(): Promise<IteratorResult<Frame, undefined>> {
    const frame = this.#latest.take();
    if (frame !== undefined) return Promise.resolve({ done: false, value: frame });
    return new Promise((resolve, reject) => {
      if (this.#end === undefined) this.#waiters.push({ resolve, reject });
      else if (this.#end.error === undefined) resolve({ done: true, value: undefined });
      else reject(this.#end.error);
    });
  }

  /** Called by `break` and `return` in the loop. */
  return(): Promise<IteratorResult<Frame, undefined>> {
    this.end(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
