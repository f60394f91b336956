import { once } from 'node:events';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { Confinement } from '../http/confined-proxy.js';

/** What the thread is told, and what it says: first its URL, then warnings. */
export const proxyTask = z.object({ what: z.string(), localHost: z.string().optional() });
const opened = z.object({ url: z.string() });
const warned = z.object({ warning: z.string() });

/**
 * A `ConfinedProxy` in a thread of its own: OpenCV holds the event loop while it opens a URL, and its requests must be
 * answered meanwhile.
 */
export class ProxyThread implements AsyncDisposable {
  /** As an environment variable names a proxy. */
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, url: string) {
    this.#worker = worker;
    this.url = url;
  }

  static async open({ what, localHost, warn }: Confinement): Promise<ProxyThread> {
    const entry = new URL('./proxy-thread-entry.js', import.meta.url);
    const worker = new Worker(entry, { workerData: { what, localHost }, env: SHARE_ENV });
    const [{ url }] = z.tuple([opened]).parse(await once(worker, 'message'));
    worker.on('error', error => warn(`The proxy for ${what} has ended: ${error.message}.`));
    worker.on('message', message => warn(warned.parse(message).warning));
    return new ProxyThread(worker, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
