/** Starts the worker of a view. The browser bundle has the worker inside itself and puts its own module here. */
export function startWorker(): Worker {
  return new Worker(new URL('./view-worker.js', import.meta.url), { type: 'module', name: 'framewire-view' });
}
