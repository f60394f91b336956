import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

/**
 * Puts the worker inside the module, as a text: some bundlers do not know a worker by its `new URL`. Not as a function, as
 * in `/framewire.js`: a bundler that rewrites this module may make a function refer to what the worker does not have.
 */
const inlineWorker: Plugin = {
  name: 'framewire-inline-worker',
  enforce: 'pre',
  load(id) {
    if (id !== source('pipeline/start-worker.ts')) return null;
    return `
      import ViewWorker from '${source('pipeline/view-worker.ts')}?worker&inline';
      export const startWorker = () => new ViewWorker({ name: 'framewire-view' });
      export const WORKER_HINT = 'A page with a Content-Security-Policy needs \`worker-src blob:\` for it.';
    `;
  },
};

/** `@framewire/client/standalone`: what `@framewire/client/element` does, in one file that needs no second. */
export default defineConfig({
  resolve: { conditions: ['@framewire/source', ...defaultClientConditions] },
  plugins: [inlineWorker],
  worker: { format: 'iife' },
  build: {
    outDir: 'dist/standalone',
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: source('element.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'standalone.js' },
    },
  },
});
