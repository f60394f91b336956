import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions, defineConfig, type Plugin } from 'vite';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));
const resolve = { conditions: ['@framewire/source', ...defaultClientConditions] };

/** `const` at the top, which the minifier puts in place where it is used, as it does not with `var`. */
const output = {
  preserveEntrySignatures: 'strict',
  output: { entryFileNames: 'framewire.js', topLevelVar: false },
} as const;

/** What the worker needs and the page as well: modules, and what the page takes of each. */
const COMMON: ReadonlyMap<string, string> = new Map([
  [source('client.ts'), 'connect, FramewireClient'],
  [source('connection/server-url.ts'), 'withScheme'],
  [source('errors.ts'), 'clientError, FramewireClientError'],
  [source('latency/stall-detector.ts'), 'TICK_MS'],
  [source('pipeline/canvas-painter.ts'), 'CanvasPainter'],
  [source('pipeline/view-status.ts'), 'failed'],
]);
const WORKER = source('pipeline/serve-view.ts');

const ENTRY = 'virtual:framewire-core-entry';
const CORE = 'virtual:framewire-core';

/**
 * One script for the page and for the worker inside it, which has to come with it: a page of another origin may load the
 * script, but the browser starts no worker from that origin. Both need most of the code, so it is there once: as a
 * function that the page calls, and whose text the worker is made of. It refers to nothing outside itself.
 */
const sharedCore: Plugin = {
  name: 'framewire-shared-core',
  enforce: 'pre',
  resolveId: id => (id === CORE ? `\0${CORE}` : null),
  load(id) {
    if (id === source('pipeline/start-worker.ts')) return startWorker;
    const names = COMMON.get(id);
    if (names !== undefined) return `export { ${names} } from '${CORE}';`;
    return id === `\0${CORE}` ? coreModule() : null;
  },
  // The style sheet without comments and blanks, which no minifier takes out of a text.
  transform: (code, id) =>
    id === source('view/view-style.ts')
      ? code.replaceAll(/\/\*[^*]*\*\//g, '').replaceAll(/\s*;?\s*([{};,>])\s*|(:)\s+/g, '$1$2')
      : null,
};

/** The last of what the core returns serves a view. Not a module: a page opened as a file may not start one from a Blob. */
const startWorker = `
  import { core } from '${CORE}';
  export const startWorker = () => {
    const url = URL.createObjectURL(new Blob(['(' + core + ')().pop()()'], { type: 'text/javascript' }));
    const worker = new Worker(url, { name: 'framewire-view' });
    URL.revokeObjectURL(url);
    return worker;
  };
  export const WORKER_HINT = 'A page with a Content-Security-Policy needs \`worker-src blob:\` for it.';
`;

/** What a bundle ends with. */
const EXPORTS = /export\s*\{([^}]*)\};?\s*$/;

async function coreModule(): Promise<string> {
  const names = [...COMMON.values()].flatMap(list => list.split(', '));
  const code = (await bundleCore()).replace(EXPORTS, (_, bindings: string) => {
    const locals = new Map(
      bindings.split(',').map(binding => {
        const [local = '', name = local] = binding.trim().split(' as ');
        return [name, local];
      }),
    );
    return `return [${[...names, 'serveView'].map(name => locals.get(name)).join(', ')}]`;
  });
  return `
    export function core() { ${code} }
    export const [${names.join(', ')}] = core();
  `;
}

async function bundleCore(): Promise<string> {
  const entry: Plugin = {
    name: 'framewire-core-entry',
    resolveId: id => (id === ENTRY ? id : null),
    load: id =>
      id === ENTRY
        ? [...COMMON, [WORKER, 'serveView']].map(([file, names]) => `export { ${names} } from '${file}';`).join('\n')
        : null,
  };
  const bundle = await build({
    configFile: false,
    logLevel: 'warn',
    resolve,
    plugins: [entry],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: ENTRY, ...output },
    },
  });
  if (Array.isArray(bundle) || !('output' in bundle)) throw new Error('The core is one bundle.');
  const [chunk] = bundle.output;
  return chunk.code;
}

/** `client/dist/browser/framewire.js`: the element and the client for any page, in one file. */
export default defineConfig({
  resolve,
  plugins: [sharedCore],
  build: {
    outDir: 'dist/browser',
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: { input: source('framewire.ts'), ...output },
  },
});
