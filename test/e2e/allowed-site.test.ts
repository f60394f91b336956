import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage } from '../support/browser/browser.js';
import { servePage, type PageServer } from '../support/browser/page-server.js';
import { missing } from '../support/requires.js';
import { startServer } from '../support/server/server.js';

const reason = missing('chromium');

/** Whether a page of this site may do it: what `<img crossorigin>`, `fetch` and a frame come to. */
function tryAll(server: string) {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  const drawn = new Promise(resolve => {
    image.onload = () => resolve('drawn');
    image.onerror = () => resolve('refused');
  });
  image.src = `${server}/snapshot.jpg`;
  const fetched = ['/snapshot.png', '/api/streams'].map(path =>
    fetch(server + path).then(
      answer => answer.status,
      () => 'refused',
    ),
  );
  return Promise.all([drawn, ...fetched]);
}

describe.skipIf(reason !== undefined)(`a page of another site${reason === undefined ? '' : ` (${reason})`}`, () => {
  let browser: Browser;
  let site: PageServer;
  let server = '';

  beforeAll(async () => {
    browser = await launchChromium();
    site = await servePage(() => `<!doctype html><iframe src="${server}/"></iframe>`);
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  test('that is allowed may read pictures and show the dashboard in a frame', async () => {
    await using started = await startServer(['--source', 'test', '--size', '320x240', '--allow-origin', site.url]);
    server = started.url;
    await using watched = await openPage(browser, site.url);
    const dashboard = watched.page.frameLocator('iframe');
    await dashboard.locator('#pill', { hasText: 'Live' }).waitFor();
    expect(await watched.page.evaluate(tryAll, server)).toEqual(['drawn', 200, 200]);
    expect(watched.complaints).toEqual([]);
  });

  test('that is not allowed may do neither', async () => {
    await using started = await startServer([
      '--source',
      'test',
      '--size',
      '320x240',
      '--allow-origin',
      'http://other',
    ]);
    server = started.url;
    await using watched = await openPage(browser, site.url);
    expect(await watched.page.evaluate(tryAll, server)).toEqual(['refused', 'refused', 'refused']);
    expect(watched.complaints.join('\n')).toContain('frame-ancestors');
  });
});
