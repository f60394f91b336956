import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { dashboardTest } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';

const test = dashboardTest(['--source', 'gate=test', '--size', '1280x720', '--grace', 'never']);

const NAVIGATIONS = 9;

/** How many times as long as a bare image the dashboard may take: about 2.5 on a quiet machine. */
const MOST = 4;

/** Before the page's own scripts: notes when a live picture, or an image, was there first, ms from the navigation on. */
function noteFirst(): void {
  const note = (): void => {
    document.documentElement.dataset['first'] ??= String(performance.now());
  };
  const isLive = ({ target }: Event): boolean => target instanceof HTMLElement && target.dataset['state'] === 'live';
  document.addEventListener('framewire-status', event => isLive(event) && note(), true);
  document.addEventListener('load', ({ target }) => target instanceof HTMLImageElement && note(), true);
}

async function firstAt(page: Page, url: string): Promise<number> {
  await page.addInitScript(noteFirst);
  await page.goto(url);
  const noted = page.locator('html[data-first]');
  await noted.waitFor({ state: 'attached' });
  const at = Number(await noted.getAttribute('data-first'));
  await page.close();
  return at;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

describeWith(['chromium'], 'the first picture of the dashboard', () => {
  test('is there within a few times what a bare image takes', async ({ open, server }) => {
    const image = async (): Promise<number> => {
      const page = await open('about:blank');
      const body = '<!doctype html><link rel="icon" href="data:," /><img src="/snapshot.jpg?quality=75" />';
      await page.route('**/image', route => route.fulfill({ contentType: 'text/html', body }));
      return firstAt(page, `${server.url}/image`);
    };
    const dashboard = async (): Promise<number> => firstAt(await open('about:blank'), server.url);
    // Opens the source.
    await dashboard();
    const images: number[] = [];
    const dashboards: number[] = [];
    for (let i = 0; i < NAVIGATIONS; i += 1) {
      images.push(await image());
      dashboards.push(await dashboard());
    }
    expect(median(dashboards)).toBeLessThan(MOST * median(images));
  });
});
