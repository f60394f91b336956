import { afterAll, beforeAll, expect } from 'vitest';
import { openPage } from '../support/browser/browser.js';
import { browserTest } from '../support/browser/dashboard-test.js';
import { servePage, type PageServer } from '../support/browser/page-server.js';
import { describeWith } from '../support/describe-with.js';
import { startServer } from '../support/server/server.js';

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

const test = browserTest();

describeWith(['chromium'], 'a page of another site', () => {
  let site: PageServer;
  let server = '';

  beforeAll(async () => {
    site = await servePage(() => `<!doctype html><iframe src="${server}/"></iframe>`);
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
  });

  test('that is allowed may read pictures and show the dashboard in a frame', async ({ browser }) => {
    await using started = await startServer(['--source', 'test', '--size', '320x240', '--allow-origin', site.url]);
    server = started.url;
    await using watched = await openPage(browser, site.url);
    const dashboard = watched.page.frameLocator('iframe');
    await dashboard.locator('#pill', { hasText: 'Live' }).waitFor();
    expect(await watched.page.evaluate(tryAll, server)).toEqual(['drawn', 200, 200]);
    expect(watched.complaints).toEqual([]);
  });

  test('that is not allowed may do neither', async ({ browser }) => {
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
