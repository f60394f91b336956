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

/** What is shrunk wrongly stays so; a machine that is busy as well only needs longer, ms. */
const WITHIN_MS = 60_000;

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

/** Blocks its event loop after each picture. @returns when so many in a row were of full size, false if none were within a while. */
async function blocksWithFullSize(client: FramewireClient, pictures: number): Promise<boolean> {
  const deadline = performance.now() + WITHIN_MS;
  let full = 0;
  for await (const { width } of client.frames()) {
    full = width >= LEAST_WIDTH ? full + 1 : 0;
    if (full >= pictures) return true;
    if (performance.now() > deadline) break;
    block(BLOCKED_MS);
  }
  return false;
}

describe('a viewer that is busy', () => {
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
    expect(await blocksWithFullSize(client, 24)).toBe(true);
    const { viewerFps } = client.stats();
    expect(viewerFps).toBeGreaterThan(0);
    expect(viewerFps).toBeLessThan(8);
    expect(whys.at(-1)).toBe('');
  });

  it('in Firefox, on a page that is busy for 80 of 100 ms, likewise', async context => {
    skipBecause(context, missing('firefox-esr'));
    await using site = await servePage(() => busyPage(server.url));
    await using _ = await openFirefox(site.url);
    await expectSize(() => site.reports, { isLimit: true });
  });

  it('in Chromium, whose workers do not need the page, has all that there are', async context => {
    skipBecause(context, missing('chromium'));
    await using site = await servePage(() => busyPage(server.url));
    const browser = await launchChromium();
    try {
      await using _ = await openPage(browser, site.url);
      await expectSize(() => site.reports, { isLimit: false });
    } finally {
      await browser.close();
    }
  });
});

/** Waits for so many seconds in a row of full size, with nothing said of the link. */
const STRETCH = 3;

/** @param isLimit whether the viewer is what limits, and is to be told so. */
async function expectSize(reports: () => readonly string[], { isLimit }: { isLimit: boolean }): Promise<void> {
  const isAsItShouldBe = () => {
    const seen = reports().map(report => Report.parse(JSON.parse(report)));
    const isTold = seen.some(({ viewerFps }) => viewerFps !== null && viewerFps < 25);
    const last = seen.filter(({ received }) => received > 0).slice(-STRETCH);
    const isFull = last.every(({ width, drawnFps }) => width >= LEAST_WIDTH && drawnFps > 1);
    return last.length === STRETCH && isFull && last.at(-1)?.whys.at(-1) === '' && (isTold || !isLimit);
  };
  await eventually(isAsItShouldBe, `${STRETCH} seconds of full size`, WITHIN_MS);
}
