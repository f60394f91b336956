import { connect, type FramewireClient } from '@framewire/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { launchChromium, openPage } from '../../support/browser/browser.js';
import { eventually } from '../../support/eventually.js';
import { openFirefox } from '../../support/browser/firefox.js';
import { servePage } from '../../support/browser/page-server.js';
import { missing, skipBecause } from '../../support/requires.js';
import { startServer, type Server } from '../../support/server/server.js';

const BLOCKED_MS = 200;

/** The whole picture is 1280 wide; what the link would be blamed for is 224. */
const LEAST_WIDTH = 960;

/** A page that is busy for 80 of every 100 ms, and reports each second what its view was told. */
const busyPage = (server: string): string => `<!doctype html><script type="module" src="/framewire.js"></script>
  <framewire-view src="${server}" resolution="source" style="width: 640px; height: 360px; display: block"></framewire-view>
  <script>
    const view = document.querySelector('framewire-view');
    setInterval(() => { const from = performance.now(); while (performance.now() - from < 80); }, 100);
    const whys = [];
    view.addEventListener('framewire-subscribed', ({ detail }) => whys.push(detail.why));
    view.addEventListener('framewire-stats', ({ detail }) => {
      const { drawnFps, viewerFps = null, received } = detail;
      const { width } = view.subscribed?.rendition ?? { width: 0 };
      const report = { width, drawnFps, viewerFps, received, whys };
      fetch('/report', { method: 'POST', body: JSON.stringify(report) });
    });
  </script>`;

const Report = z.object({
  width: z.number(),
  drawnFps: z.number(),
  viewerFps: z.nullable(z.number()),
  received: z.number(),
  whys: z.array(z.string()),
});

function block(ms: number): void {
  const from = performance.now();
  while (performance.now() - from < ms);
}

/** Takes so many pictures, and blocks its event loop after each. @returns their widths, in order. */
async function blocking(client: FramewireClient, pictures: number): Promise<number[]> {
  const widths: number[] = [];
  for await (const { width } of client.frames()) {
    widths.push(width);
    if (widths.length >= pictures) break;
    block(BLOCKED_MS);
  }
  return widths;
}

describe('a viewer that is busy', { timeout: 90_000 }, () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '1280x720', '--allow-origin', '*']);
  });
  afterAll(() => server.stop());

  it('in Node, with a step that blocks, keeps its size and is told how many pictures it takes', async () => {
    await using client = await connect(server.url);
    const whys: string[] = [];
    client.on('subscribed', ({ why }) => whys.push(why));
    await client.subscribe({ quality: 75 });
    const widths = await blocking(client, 24);
    expect(Math.min(...widths.slice(14))).toBeGreaterThanOrEqual(LEAST_WIDTH);
    const { viewerFps } = client.stats();
    expect(viewerFps).toBeGreaterThan(2);
    expect(viewerFps).toBeLessThan(8);
    expect(whys.at(-1)).toBe('');
  });

  it('in Firefox, on a page that is busy for 80 of 100 ms, likewise', async context => {
    skipBecause(context, missing('firefox-esr'));
    await using site = await servePage(() => busyPage(server.url));
    await using _ = await openFirefox(site.url);
    await expectSize(() => site.reports, { by: 9, isLimit: true });
  });

  it('in Chromium, whose workers do not need the page, has all that there are', async context => {
    skipBecause(context, missing('chromium'));
    await using site = await servePage(() => busyPage(server.url));
    const browser = await launchChromium();
    try {
      await using _ = await openPage(browser, site.url);
      await expectSize(() => site.reports, { by: 4, isLimit: false });
    } finally {
      await browser.close();
    }
  });
});

interface Expectation {
  /** The first second, from the first picture on, by which the size must be there. */
  readonly by: number;
  /** Whether the viewer is what limits. */
  readonly isLimit: boolean;
}

async function expectSize(reports: () => readonly string[], { by, isLimit }: Expectation): Promise<void> {
  const all = () => reports().map(report => Report.parse(JSON.parse(report)));
  const watching = () => all().filter(({ received }) => received > 0);
  const seen = await eventually(() => watching().length >= by + 3 && watching(), 'reports', 80_000);
  for (const { width } of seen.slice(by)) expect(width).toBeGreaterThanOrEqual(LEAST_WIDTH);
  const last = seen.at(-1);
  expect(last?.whys.at(-1)).toBe('');
  expect(last?.drawnFps).toBeGreaterThan(4);
  const isTold = seen.some(({ viewerFps }) => viewerFps !== null && viewerFps < 25);
  expect(isTold || !isLimit).toBe(true);
}
