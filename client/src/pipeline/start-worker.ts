/** Starts the worker of a view. Bundles that have the worker inside themselves put a module of their own here. */
export function startWorker(): Worker {
  return new Worker(new URL('./view-worker.js', import.meta.url), { type: 'module', name: 'framewire-view' });
}

/** What to do when it does not start; browsers do not tell a page why. */
export const WORKER_HINT =
  'Either the bundler of this page has left out view-worker.js (a 404 in the network panel): import ' +
  "@framewire/client/standalone instead. Or its Content-Security-Policy needs `worker-src 'self'`.";
