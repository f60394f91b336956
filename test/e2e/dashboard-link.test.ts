import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { openPage } from '../support/browser/browser.js';
import { browserTest, isLive } from '../support/browser/dashboard-test.js';
import { serveDashboard, type DashboardServer } from '../support/browser/dashboard-server.js';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';
import type { ScriptedViewer } from '../support/server/scripted-server.js';
import { linkStats } from '../support/server/link-stats.js';

const WHY = 'The link carries 4.8 Mbit/s: 320x180 at quality 20 in place of 640x360.';

const picture = sharp({ create: { width: 640, height: 360, channels: 3, background: '#357' } })
  .jpeg()
  .toBuffer();
const test = browserTest();

describeWith(['chromium'], 'the dashboard and the link', () => {
  /** The connection of the large picture: it alone names no bound on the width of a tile. */
  const largeOf = ({ scripted }: DashboardServer): Promise<ScriptedViewer> =>
    eventually(
      () =>
        scripted.viewers.find(({ controls }) =>
          controls.some(
            // Tiles are narrower.
            message => message.type === 'subscribe' && (message.maxWidth ?? 0) > 640,
          ),
        ),
      'large picture',
    );
  /** Until disposed of, a picture every 100 ms: figures are shown of a picture that moves only. */
  const play = async (page: Page, viewer: ScriptedViewer): Promise<Disposable> => {
    viewer.agree();
    const jpeg = await picture;
    let seq = 0;
    const timer = setInterval(() => viewer.frame((seq += 1), {}, jpeg), 100);
    await isLive(page);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  };
  const says = (page: Page, id: string, hasText: string | RegExp): Promise<void> =>
    page.locator(`#${id}`, { hasText }).waitFor({ state: 'attached' });
  const saysNothing = (page: Page): Promise<unknown> =>
    eventually(async () => (await page.locator('#why').textContent()) === '', 'no more reasons');

  test('asks to follow the link within 100 ms, until it is told otherwise', async ({ browser }) => {
    await using server = await serveDashboard();
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const viewer = await largeOf(server);
    expect(await viewer.control('subscribe')).toMatchObject({ mode: 'auto', latencyBudgetMs: 100 });
    using _ = await play(page, viewer);
    const follow = page.getByRole('checkbox', { name: 'Smaller, but fresh pictures' });
    expect(await follow.isChecked()).toBe(true);
    await follow.focus();
    await page.keyboard.press('Space');
    expect(await viewer.control('set')).toMatchObject({ mode: 'fixed' });
    viewer.agree();
    await page.getByRole('combobox', { name: 'Late by at most' }).selectOption('200 ms');
    expect(await viewer.control('set', 2)).toMatchObject({ latencyBudgetMs: 200 });
    viewer.agree();
    await eventually(() => page.url().includes('mode=fixed&budget=200'), 'choice in the address');
    await page.reload();
    await eventually(() => server.scripted.viewers.filter(({ isClosed }) => !isClosed).length > 0, 'new connection');
    await eventually(async () => !(await follow.isChecked()), 'choice of before');
    expect(await page.getByRole('combobox', { name: 'Late by at most' }).inputValue()).toBe('200');
    expect(watched.complaints).toEqual([]);
  });

  test('says what the link carries, and nothing of what is not known yet', async ({ browser }) => {
    await using server = await serveDashboard();
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const viewer = await largeOf(server);
    using _ = await play(page, viewer);
    await page.getByText('Details', { exact: true }).click();
    viewer.say(linkStats({ bitsPerSecond: null, rttMs: null, queueMs: null, rung: 0 }));
    await page.locator('#link-rung', { hasText: 'as asked' }).waitFor();
    for (const id of ['link-rate', 'link-rtt', 'link-queue']) await says(page, id, /^–$/);
    await says(page, 'link-budget', /^100 ms$/);
    viewer.say(linkStats({ bitsPerSecond: 4.8e6, rttMs: 41.5, queueMs: 12, rung: 1, rungs: 11 }));
    await page.locator('#link-rung', { hasText: '2 of 11' }).waitFor();
    await says(page, 'link-rate', /^4\.80 Mbit\/s$/);
    await says(page, 'link-rtt', /^4[12](\.\d)? ms$/);
    await says(page, 'link-queue', /^12(\.0)? ms$/);
    await page.locator('#latency-plot[aria-label*="waiting 12"]').waitFor();
    await page.getByRole('radio', { name: 'Bit rate' }).check();
    await page.locator('#rate-plot[aria-label*="the link carries 4.80 Mbit/s"]').waitFor();
    expect(watched.complaints).toEqual([]);
  });

  test('says why the picture is smaller than asked, and when it no longer is', async ({ browser }) => {
    await using server = await serveDashboard();
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const viewer = await largeOf(server);
    using _ = await play(page, viewer);
    await saysNothing(page);
    viewer.agree('gate', { id: 2, width: 320, height: 180, quality: 20 }, 'link', WHY);
    await says(page, 'why', WHY);
    await says(page, 'actual-size', '320 × 180');
    await says(page, 'actual-quality', /^20$/);
    // The wishes stay what they were: nobody moved a control.
    expect(await page.getByRole('slider', { name: 'Quality' }).inputValue()).not.toBe('20');
    expect(viewer.controls.filter(({ type }) => type === 'set')).toEqual([]);
    viewer.agree('gate', {}, 'link');
    await saysNothing(page);
    viewer.say({ ...linkStats({}), viewerFps: 10.2 });
    await says(page, 'why', 'This device draws 10 pictures a second.');
    viewer.say(linkStats({}));
    await saysNothing(page);
    await says(page, 'actual-size', '640 × 360');
    expect(watched.complaints).toEqual([]);
  });
});
