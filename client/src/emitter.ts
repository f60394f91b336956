type Listeners<Events> = { [K in keyof Events]?: Set<(value: Events[K]) => void> };

/** Typed events. */
export class Emitter<Events extends object> {
  readonly #listeners: Listeners<Events> = {};

  /** @returns a function that removes the listener. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void {
    const listeners: Listeners<Events>[K] = this.#listeners[event];
    if (listeners === undefined) this.#listeners[event] = new Set([listener]);
    else listeners.add(listener);
    return () => void this.#listeners[event]?.delete(listener);
  }

  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of this.#listeners[event] ?? []) {
      try {
        listener(value);
      } catch (error) {
        // The listener's mistake must be seen, and must not keep the others or the socket from their work.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
