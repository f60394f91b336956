import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/browser/browser.js';
import { missing } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';

const reason = missing('chromium');

describe.skipIf(reason !== undefined)(
  `a fault in the dashboard costs its own part${reason === undefined ? '' : ` (${reason})`}`,
  { timeout: 60_000 },
  () => {
    let server: Server;
    let browser: Browser;

    beforeAll(async () => {
      server = await startServer(['--source', 'gate=test', '--source', 'yard=test', '--size', '640x360']);
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
    });

    /** The page in a browser that `spoil` has made a worse one. */
    const open = async (spoil: (context: BrowserContext) => Promise<unknown>, hash = ''): Promise<Page> => {
      const context = await browser.newContext();
      await spoil(context);
      const page = await context.newPage();
      await page.goto(`${server.url}/${hash}`);
      return page;
    };
    const expectText = (page: Page, selector: string, hasText: string): Promise<void> =>
      page.locator(selector, { hasText }).waitFor();
    const isLive = (page: Page): Promise<void> => page.locator('#pill', { hasText: 'Live' }).waitFor();

    test('when the language of the browser is none: the plots, not the picture', async () => {
      const page = await open(context =>
        context.addInitScript(() => Object.defineProperty(navigator, 'language', { get: () => 'C' })),
      );
      await isLive(page);
      await expectText(page, '#plots', 'cannot be shown in this browser');
      await expectText(page, '#latency-p50', 'ms');
      await page.context().close();
    });

    test('when the plots cannot be fetched', async () => {
      const page = await open(context => context.route(/\/plot-[^/]*\.js$/, route => route.abort()));
      await isLive(page);
      await expectText(page, '#plots', 'cannot be shown');
      await page.context().close();
    });

    test('when there are no workers: it says so, and where plain video is', async () => {
      const page = await open(context =>
        context.addInitScript(() => Object.defineProperty(globalThis, 'Worker', { value: undefined })),
      );
      await expectText(page, '#notice-title', 'This browser cannot show the live picture');
      const href = await page.getByRole('link', { name: 'Plain video' }).getAttribute('href');
      const feed = await fetch(new URL(href ?? '', `${server.url}/`));
      expect(feed.headers.get('content-type')).toContain('multipart/');
      await feed.body?.cancel();
      await page.context().close();
    });

    test('when something at its start throws', async () => {
      const page = await open(context =>
        context.addInitScript(() => Object.defineProperty(globalThis, 'ResizeObserver', { value: undefined })),
      );
      await expectText(page, '#rescue', 'ResizeObserver is not a constructor');
      expect(await page.getByRole('link', { name: 'Plain video' }).getAttribute('href')).toBe('./video_feed');
      await page.context().close();
    });

    test('when its script never comes, also where motion is not wanted', async () => {
      const page = await open(context => context.route(/\/index-[^/]*\.js$/, route => route.abort()));
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await expectText(page, '#rescue', 'Plain video');
      await page.context().close();
    });

    test('when a stream is asked for that is not there: the others are one click away', async () => {
      const page = await open(async () => undefined, '#stream=barn');
      await page.locator('#ways-out').getByRole('link', { name: 'yard' }).click();
      await isLive(page);
      expect(await page.locator('#stage-name').textContent()).toBe('yard');
      await page.context().close();
    });
  },
);
