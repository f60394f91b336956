import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.js';
import { launchChromium, openPage, pixels, receivedSize } from '../support/browser/browser.js';
import { eventually } from '../support/eventually.js';
import { servePage, type PageServer } from '../support/browser/page-server.js';
import { DEBIAN_PYTHON } from '../support/requires.js';
import { run } from '../support/run.js';
import { startServer, type Server } from '../support/server/server.js';

const example = (name: string): string => fileURLToPath(new URL(`../../client/examples/${name}`, import.meta.url));

describe('save-frames.mjs', () => {
  it('saves frames as JPEG files', async () => {
    await using server = await startServer(['--source', 'gate=test']);
    const folder = await mkdtemp(join(tmpdir(), 'framewire-frames-'));
    try {
      await using script = run(process.execPath, [example('save-frames.mjs'), server.url, folder, '3']);
      const { code } = await script.exited;
      expect({ code, output: script.output() }).toMatchObject({ code: 0 });
      const files = await readdir(folder);
      expect(files).toHaveLength(3);
      for (const file of files) {
        expect(file).toMatch(/^gate-\d+\.jpg$/);
        expect(await sharp(join(folder, file)).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 720 });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeWith(['chromium'], 'two-lines.html', () => {
  let server: Server;
  let site: PageServer;

  // The site must be known to the server, and the server to the page.
  beforeAll(async () => {
    let html = '';
    site = await servePage(() => html);
    server = await startServer(['--source', 'test', '--allow-origin', site.url]);
    html = (await readFile(example('two-lines.html'), 'utf8')).replace('localhost:8080', `localhost:${server.port}`);
  });
  afterAll(async () => {
    await server.stop();
    await site[Symbol.asyncDispose]();
  });

  it('shows a live picture of another server and its true latency, changes with its attributes, rests unseen', async () => {
    await using browser = await launchChromium();
    await using watched = await openPage(browser, site.url);
    const { page } = watched;
    const figures = (): Promise<{ received: number; total: number | undefined } | undefined> =>
      page.evaluate(() => {
        const stats = document.querySelector('framewire-view')?.stats();
        return stats && { received: stats.received, total: stats.latencyMs.total?.p50 };
      });

    const first = await eventually(() => pixels(page, 'html'), 'picture');
    await eventually(async () => (await pixels(page, 'html')) !== first, 'other picture');
    expect(await receivedSize(page, 'html')).toEqual({ width: 640, height: 360 });
    const total = await eventually(async () => (await figures())?.total, 'latency');
    expect(total).toBeGreaterThan(0);

    await page.evaluate(() => document.querySelector('framewire-view')?.setAttribute('max-width', '320'));
    await eventually(async () => (await receivedSize(page, 'html')).width === 320, 'smaller picture');

    await page.evaluate(() => {
      document.body.style.paddingTop = '3000px';
    });
    await page.waitForFunction(() => document.querySelector('framewire-view')?.status.state === 'paused');
    const resting = await eventually(async () => {
      const before = await figures();
      await page.evaluate(
        () =>
          new Promise(resolve =>
            document.querySelector('framewire-view')?.addEventListener('framewire-stats', resolve, { once: true }),
          ),
      );
      const after = await figures();
      return after !== undefined && before?.received === after.received && after;
    }, 'second without frames');
    await page.evaluate(() => {
      document.body.style.paddingTop = '0';
    });
    await eventually(async () => ((await figures())?.received ?? 0) > resting.received, 'frames again');
    expect(watched.complaints).toEqual([]);
  });
});

describeWith(['chromium'], 'two-lines.html, opened as a file', () => {
  it('shows a live picture when every page may watch', async () => {
    await using server = await startServer(['--source', 'test', '--allow-origin', '*']);
    const folder = await mkdtemp(join(tmpdir(), 'framewire-page-'));
    await using browser = await launchChromium();
    try {
      const html = await readFile(example('two-lines.html'), 'utf8');
      const file = join(folder, 'page.html');
      await writeFile(file, html.replace('localhost:8080', `localhost:${server.port}`));
      await using watched = await openPage(browser, pathToFileURL(file).href);
      await watched.page.waitForFunction(() => document.querySelector('framewire-view')?.status.state === 'live');
      expect(watched.complaints).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeWith(['python3-websockets', 'python3-opencv'], 'receive.py', () => {
  it('gets pictures into OpenCV, in at most 15 lines', async () => {
    await using server = await startServer(['--source', 'test']);
    await using script = run(DEBIAN_PYTHON, [example('receive.py'), `${server.url.replace('http', 'ws')}/ws`]);
    const [, lines = ''] = await script.waitForOutput(/((?:\(720, 1280, 3\)\n){10})/);
    expect(lines.split('\n')).toHaveLength(11);
    expect((await readFile(example('receive.py'), 'utf8')).trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  });
});
