import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type Run } from '../../support/run.js';
import { parseWatchReport, type Seen, type WatchOrder } from './watch-report.js';

const watchScript = fileURLToPath(new URL('watch.ts', import.meta.url));
let lastId = 0;

/** Viewers in a process of their own. */
export class Viewers implements AsyncDisposable {
  readonly #process: Run;
  readonly #file: string;

  /** @param namespace where they are; undefined: here. */
  constructor(order: Omit<WatchOrder, 'file'>, namespace: string | undefined) {
    lastId += 1;
    this.#file = join(tmpdir(), `framewire-link-${process.pid}-${lastId}.json`);
    this.#process = runIn(namespace, watchScript, JSON.stringify({ ...order, file: this.#file }));
  }

  /** @throws Error when they ended before they had reported. */
  async seen(): Promise<readonly Seen[]> {
    await this.#process.exited;
    if (!existsSync(this.#file)) throw new Error(`The viewers ended early: ${this.#process.output()}`);
    const report: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
    return parseWatchReport(report);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    rmSync(this.#file, { force: true });
  }
}

/** Runs a script of this benchmark. @param namespace where; undefined: here. */
export function runIn(namespace: string | undefined, script: string, ...args: readonly string[]): Run {
  const node = [process.execPath, ...process.execArgv, script, ...args];
  const [command = '', ...rest] = namespace === undefined ? node : ['ip', 'netns', 'exec', namespace, ...node];
  return run(command, rest);
}
