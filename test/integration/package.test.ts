import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import type { Browser } from 'playwright-core';
import { build as vite, createLogger } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { launchChromium, openPage } from '../support/browser/browser.js';
import { missing } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="./page.js"></script>';

/** What somebody has who has installed the package, and nothing else of ours. */
const page = (entry: string, server: string): string => `
  import '@framewire/client/${entry}';
  const view = document.createElement('framewire-view');
  view.src = '${server}';
  document.body.append(view);
`;

function command(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** A folder as a site. */
async function serveFolder(folder: string): Promise<AsyncDisposable & { url: string }> {
  const types: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html' };
  const http = createServer(({ url = '/' }, response) => {
    const file = join(folder, url === '/' ? 'index.html' : url);
    if (existsSync(file))
      response.setHeader('content-type', types[extname(file)] ?? 'text/plain').end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${z.object({ port: z.int() }).parse(http.address()).port}`,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise(resolve => http.close(resolve));
    },
  };
}

describe('the package of the client, installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framewire-package-'));
  const installed = join(folder, 'node_modules/@framewire/client');
  let server: Server;

  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '320x240', '--allow-origin', '*']);
    const archive = Buffer.from(await (await fetch(`${server.url}/client.tgz`)).arrayBuffer());
    writeFileSync(join(folder, 'client.tgz'), archive);
    // Its one dependency from here, so that no registry is asked.
    command('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, join(root, 'node_modules/ws')], folder);
    const ws = readdirSync(folder).find(name => name.startsWith('ws-')) ?? '';
    const offline = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
    command('npm', ['install', ...offline, `./${ws}`, './client.tgz'], folder);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('has what it needs and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(files.filter(file => /dashboard|browser\/|tsbuildinfo|client-message/.test(file))).toEqual([]);
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    for (const name of files.filter(file => /\.(js|d\.ts)$/.test(file))) {
      const text = readFileSync(join(installed, name), 'utf8');
      expect(text).not.toMatch(/['"](@framewire\/shared|zod)\b/);
      const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(text)?.[1];
      if (map === undefined) continue;
      const { sources, sourcesContent } = z
        .object({ sources: z.array(z.string()), sourcesContent: z.array(z.string()) })
        .parse(JSON.parse(readFileSync(join(installed, name, '..', map), 'utf8')));
      expect(sourcesContent).toHaveLength(sources.length);
    }
  });

  it('brings frames to a script', () => {
    writeFileSync(
      join(folder, 'watch.mjs'),
      `import { connect, snapshot } from '@framewire/client';
       const client = await connect('${server.url}');
       const { rendition } = await client.subscribe();
       for await (const frame of client.frames()) {
         console.log(frame.width, frame.height, frame.payload[0], rendition.width);
         break;
       }
       client.close();
       console.log((await snapshot('${server.url}', { format: 'webp', maxWidth: 64 })).type);`,
    );
    expect(command(process.execPath, ['watch.mjs'], folder)).toBe('320 240 255 320\nimage/webp\n');
  });

  it.each(['element', 'standalone'])('can be imported where pages are rendered on a server: %s', entry => {
    const script = `import('@framewire/client/${entry}').then(m => console.log(typeof m.FramewireViewElement))`;
    expect(command(process.execPath, ['-e', script], folder).trim()).toBe('function');
  });

  it.each(['bundler', 'nodenext', 'node16'])('has types without holes for %s', resolution => {
    writeFileSync(
      join(folder, 'use.mts'),
      `import { connect, type Frame } from '@framewire/client';
       import { FramewireViewElement, type ViewStatus } from '@framewire/client/element';
       import '@framewire/client/standalone';
       export const frames = async (url: string): Promise<AsyncIterableIterator<Frame>> => (await connect(url)).frames();
       export const state = (view: FramewireViewElement): ViewStatus['state'] => view.status.state;
       export const element: FramewireViewElement | null = document.querySelector('framewire-view');`,
    );
    const module = resolution === 'bundler' ? 'preserve' : resolution;
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes', '--types', ''];
    const target = ['--target', 'es2022', '--lib', 'es2023,esnext.disposable,dom,dom.iterable,dom.asynciterable'];
    const kind = ['--module', module, '--moduleResolution', resolution];
    expect(command(join(root, 'node_modules/.bin/tsc'), [...options, ...target, ...kind, 'use.mts'], folder)).toBe('');
  });

  describe.skipIf(missing('chromium') !== undefined)('in a page', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    it.each([
      ['Vite', 'element', viteBuild],
      ['Vite', 'standalone', viteBuild],
      ['esbuild', 'standalone', esbuildBuild],
    ])('bundled by %s from %s shows pictures', async (bundler, entry, bundle) => {
      const site = join(folder, `${bundler}-${entry}`);
      mkdirSync(site);
      writeFileSync(join(site, 'page.js'), page(entry, server.url));
      writeFileSync(join(site, 'index.html'), PAGE);
      expect(await bundle(site)).toEqual([]);
      await using served = await serveFolder(join(site, 'out'));
      await using watched = await openPage(browser, served.url);
      await watched.page.locator('framewire-view[data-state=live]').waitFor();
      expect(watched.complaints).toEqual([]);
    });

    it('says what is missing when a bundler has left the worker out', async () => {
      const site = join(folder, 'esbuild-element');
      mkdirSync(site);
      writeFileSync(join(site, 'page.js'), page('element', server.url));
      writeFileSync(join(site, 'index.html'), PAGE);
      await esbuildBuild(site);
      await using served = await serveFolder(join(site, 'out'));
      await using watched = await openPage(browser, served.url);
      const view = watched.page.locator('framewire-view[data-state=failed]');
      const said = await view.getByRole('status').textContent();
      expect(said).toMatch(/view-worker\.js.*404.*@framewire\/client\/standalone/);
    });
  });
});

/** @returns what Vite warns of. */
async function viteBuild(site: string): Promise<string[]> {
  const warnings: string[] = [];
  const customLogger = { ...createLogger('silent'), warn: (message: string) => warnings.push(message) };
  await vite({ root: site, configFile: false, logLevel: 'warn', customLogger, build: { outDir: 'out' } });
  return warnings;
}

/** @returns what esbuild warns of. */
async function esbuildBuild(site: string): Promise<string[]> {
  const { warnings } = await esbuild({
    entryPoints: [join(site, 'page.js')],
    outdir: join(site, 'out'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    logLevel: 'silent',
  });
  copyFileSync(join(site, 'index.html'), join(site, 'out/index.html'));
  return warnings.map(({ text }) => text);
}
