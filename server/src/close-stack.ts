type Close = () => void | Promise<void>;

/**
 * What was opened, closed in reverse order and once. A start that fails half-way closes what it had opened:
 * push each thing as soon as it is open, and close the stack in the catch.
 */
export class CloseStack {
  readonly #closes: Close[] = [];
  #closing: Promise<void> | undefined;

  push(close: Close): void {
    this.#closes.push(close);
  }

  /** Closes all, also when some fail. @throws AggregateError of what failed, after all were tried. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closes.pop(); close !== undefined; close = this.#closes.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Closing failed.');
  }
}
