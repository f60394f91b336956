import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

/** The dashboard: `client/dist/dashboard`, served by the server at `/`, or by a proxy under any path. */
export default defineConfig({
  root: fileURLToPath(new URL('dashboard', import.meta.url)),
  base: './',
  resolve: { conditions: ['@framewire/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // The server's Content-Security-Policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
