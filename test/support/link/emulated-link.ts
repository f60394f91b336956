import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseReport, type LinkOptions, type Order, type Report } from './orders.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

const DEFAULTS: LinkOptions = { rate: 1e9, burst: 0, queueMs: 400, rttMs: 0, jitterMs: 0, glueMs: 0, seed: 1 };

/**
 * A slow link that needs no root: a TCP proxy with one narrow place for all its connections, in the direction from the
 * server to its viewers. Beyond the queue that is asked for, the kernel's own buffers hold what the server sends into
 * the proxy: some hundred kB and more, as a proxy or a modem on a real path does.
 */
export class EmulatedLink implements AsyncDisposable {
  /** @param target where the server listens. */
  static async start(
    target: { host: string; port: number },
    options: Partial<LinkOptions> = {},
  ): Promise<EmulatedLink> {
    const child = fork(main, { execArgv: ['--conditions=@framewire/source', '--import', 'tsx'] });
    const report = await ask(child, { type: 'start', ...target, options: { ...DEFAULTS, ...options } });
    if (report.type !== 'listening') throw new Error('The link did not begin to listen.');
    return new EmulatedLink(child, report.port);
  }

  readonly url: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  async set(options: Partial<Pick<LinkOptions, 'rate' | 'jitterMs' | 'glueMs'>>): Promise<void> {
    await ask(this.#child, { type: 'set', options });
  }

  /** @param mbit megabits a second from now on; 0: it stands still. */
  async follow(mbit: number): Promise<void> {
    if (mbit === 0) {
      await this.pause();
      return;
    }
    await this.set({ rate: mbit * 1e6 });
    await this.resume();
  }

  /** Nothing passes in either direction, and nothing is lost. */
  async pause(): Promise<void> {
    await ask(this.#child, { type: 'pause' });
  }

  async resume(): Promise<void> {
    await ask(this.#child, { type: 'resume' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function ask(child: ChildProcess, order: Order): Promise<Report> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('The emulated link ended.')));
  try {
    const answered = once(child, 'message', { signal });
    child.send(order);
    const values: unknown[] = await Promise.race([answered, ended]);
    return parseReport(values[0]);
  } finally {
    ended.catch(() => undefined);
    settled.abort();
  }
}
