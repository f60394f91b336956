import { machineCpuSeconds, usageOf } from '../machine/process-tree.js';

/** CPU that everything but this bench has used while it measured. */
export class Others {
  #cpuSeconds = 0;
  #seconds = 0;

  /** Cores, mean; NaN before anything was measured. Half a core, and the figures are not worth much. */
  get cores(): number {
    return Math.max(0, this.#cpuSeconds / this.#seconds);
  }

  /** @param work starts and ends no process: what has ended is counted with the others. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const before = { cpu: foreignCpuSeconds(), at: performance.now() };
    const result = await work();
    this.#cpuSeconds += foreignCpuSeconds() - before.cpu;
    this.#seconds += (performance.now() - before.at) / 1000;
    return result;
  }
}

function foreignCpuSeconds(): number {
  return machineCpuSeconds() - usageOf(process.pid).cpuSeconds;
}
