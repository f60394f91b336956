import type { Browser, BrowserContextOptions, LaunchOptions, Page } from 'playwright-core';
import { test } from 'vitest';
import { startServer } from '../server/server.js';
import { launchChromium, openPage, type WatchedPage } from './browser.js';

/**
 * Tests in one Chromium for the whole file. `open(url)` opens pages that are closed with the test; it fails when any
 * of them has complained. Check `missing('chromium')` first.
 */
export function browserTest(launch: Pick<LaunchOptions, 'ignoreDefaultArgs'> = {}) {
  return test
    .extend('browser', { scope: 'file' }, async ({}, { onCleanup }): Promise<Browser> => {
      const browser = await launchChromium(launch);
      onCleanup(() => browser.close());
      return browser;
    })
    .extend('open', ({ browser }, { onCleanup }) => {
      const opened: WatchedPage[] = [];
      onCleanup(async () => {
        for (const watched of opened) await watched[Symbol.asyncDispose]();
        const complaints = opened.flatMap(watched => watched.complaints);
        if (complaints.length > 0) throw new Error(`The browser complains: ${complaints.join('\n')}`);
      });
      return async (url: string, options?: BrowserContextOptions): Promise<Page> => {
        const watched = await openPage(browser, url, options);
        opened.push(watched);
        return watched.page;
      };
    });
}

/** The same with one built server for the whole file, and `page`: its dashboard, live. @param args of the server */
export function dashboardTest(args: readonly string[], launch: Parameters<typeof browserTest>[0] = {}) {
  return browserTest(launch)
    .extend('server', { scope: 'file' }, async ({}, { onCleanup }) => {
      const server = await startServer(args);
      onCleanup(async () => void (await server.stop()));
      return server;
    })
    .extend('page', async ({ open, server }) => {
      const page = await open(server.url);
      await isLive(page);
      return page;
    });
}

/** Waits for two reports of the same count of pictures in a row, a second apart: none has come to the first view in between. */
export async function nothingComes(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>(resolve => {
        let before: number | undefined;
        document.querySelector('framewire-view')?.addEventListener('framewire-stats', ({ detail: { received } }) => {
          if (received === before) resolve();
          before = received;
        });
      }),
  );
}

/** Waits until a dashboard shows its large picture live. */
export function isLive(page: Page): Promise<void> {
  return page.locator('#pill', { hasText: 'Live' }).waitFor();
}
