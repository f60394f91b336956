import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

/**
 * Puts the worker inside the script, as a Blob: a page of another origin may load the script, but the browser would
 * not start a worker from that origin.
 */
const inlineWorker: Plugin = {
  name: 'framewire-inline-worker',
  enforce: 'pre',
  load(id) {
    if (id !== source('pipeline/start-worker.ts')) return null;
    return `
      import ViewWorker from '${source('pipeline/view-worker.ts')}?worker&inline';
      export const startWorker = () => new ViewWorker({ name: 'framewire-view' });
    `;
  },
};

/** `client/dist/browser/framewire.js`: the element and the client for any page, in one file. */
export default defineConfig({
  resolve: { conditions: ['@framewire/source', ...defaultClientConditions] },
  plugins: [inlineWorker],
  // No module: a page that is opened as a file may not start one from a Blob.
  worker: { format: 'iife' },
  build: {
    outDir: 'dist/browser',
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: source('framewire.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'framewire.js' },
    },
  },
});
