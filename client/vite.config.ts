import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** The worker is on its way while the page's script is read: without it there is no picture. */
const workerPreloaded: Plugin = {
  name: 'framewire-worker-preloaded',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle, filename }) => {
      if (!filename.endsWith('/index.html')) return [];
      const worker = Object.keys(bundle ?? {}).find(name => name.includes('view-worker'));
      if (worker === undefined) return [];
      return [{ tag: 'link', attrs: { rel: 'modulepreload', href: `./${worker}` }, injectTo: 'head' }];
    },
  },
};

/** Browsers that can wait with their first drawing until the page has its shape: then nothing in it ever jumps. */
const drawOnceShaped: Plugin = {
  name: 'framewire-draw-once-shaped',
  transformIndexHtml: {
    order: 'post',
    handler: html => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

/** The dashboard: `client/dist/dashboard`, served by the server at `/`, or by a proxy under any path. */
export default defineConfig({
  root: fileURLToPath(new URL('dashboard', import.meta.url)),
  base: './',
  resolve: { conditions: ['@framewire/source', ...defaultClientConditions] },
  plugins: [drawOnceShaped, workerPreloaded],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // The server's Content-Security-Policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'sign-in.html'].map(page => fileURLToPath(new URL(`dashboard/${page}`, import.meta.url))),
    },
  },
});
