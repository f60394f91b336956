/**
 * One slot, newest wins: what lies in it when a newer one comes is dropped and handed back to be counted.
 *
 * Frame A is being sent, B waits here, C comes: B is dropped and C waits. So the one that is sent next is always
 * the newest there is, and nothing on the way of a frame ever queues more than one.
 */
export class Latest<T> {
  #value: T | undefined;

  get isEmpty(): boolean {
    return this.#value === undefined;
  }

  /** @returns the older value that had to go, if there was one; its ownership goes to the caller. */
  put(value: T): T | undefined {
    const older = this.#value;
    this.#value = value;
    return older;
  }

  /** Empties the slot; its value, if there is one, belongs to the caller. */
  take(): T | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}
