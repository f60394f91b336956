import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { TIMEOUT_MS } from '../support/browser/browser.js';
import { dashboardTest, isLive } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';

/** `spoiled(hash, spoil)` opens the page in a browser that `spoil` has made a worse one. What it complains of is the fault. */
const test = dashboardTest(['--source', 'gate=test', '--source', 'yard=test', '--size', '640x360']).extend(
  'spoiled',
  ({ browser, server }, { onCleanup }) => {
    const contexts: BrowserContext[] = [];
    onCleanup(async () => void (await Promise.all(contexts.map(context => context.close()))));
    return async (spoil: (context: BrowserContext) => Promise<unknown>, hash = ''): Promise<Page> => {
      const context = await browser.newContext();
      contexts.push(context);
      context.setDefaultTimeout(TIMEOUT_MS);
      await spoil(context);
      const page = await context.newPage();
      await page.goto(`${server.url}/${hash}`);
      return page;
    };
  },
);

describeWith(['chromium'], 'a fault in the dashboard costs its own part', () => {
  const expectText = (page: Page, selector: string, hasText: string): Promise<void> =>
    page.locator(selector, { hasText }).waitFor();

  test('when the plots cannot be fetched', async ({ spoiled }) => {
    const page = await spoiled(context => context.route(/\/plot-[^/]*\.js$/, route => route.abort()));
    await isLive(page);
    await expectText(page, '#plots', 'cannot be shown');
  });

  test('when there are no workers: it says so, and where plain video is', async ({ spoiled, server }) => {
    const page = await spoiled(context =>
      context.addInitScript(() => Object.defineProperty(globalThis, 'Worker', { value: undefined })),
    );
    await expectText(page, '#notice-title', 'This browser cannot show the live picture');
    const href = await page.getByRole('link', { name: 'Plain video' }).getAttribute('href');
    const feed = await fetch(new URL(href ?? '', `${server.url}/`));
    expect(feed.headers.get('content-type')).toContain('multipart/');
    await feed.body?.cancel();
  });

  test('when something at its start throws', async ({ spoiled }) => {
    const page = await spoiled(context =>
      context.addInitScript(() => Object.defineProperty(globalThis, 'ResizeObserver', { value: undefined })),
    );
    await expectText(page, '#rescue', 'ResizeObserver is not a constructor');
    expect(await page.getByRole('link', { name: 'Plain video' }).getAttribute('href')).toBe('./video_feed');
  });

  test('when its script never comes, also where motion is not wanted', async ({ spoiled }) => {
    const page = await spoiled(context => context.route(/\/index-[^/]*\.js$/, route => route.abort()));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await expectText(page, '#rescue', 'Plain video');
  });

  test('when a stream is asked for that is not there: the others are one click away', async ({ spoiled }) => {
    const page = await spoiled(async () => undefined, '#stream=barn');
    await page.locator('#ways-out').getByRole('link', { name: 'yard' }).click();
    await isLive(page);
    await expectText(page, '#stage-name', 'yard');
  });
});
