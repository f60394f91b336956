import { afterAll, beforeAll, expect } from 'vitest';
import { openPage } from '../support/browser/browser.js';
import { browserTest, isLive } from '../support/browser/dashboard-test.js';
import { servePage, type PageServer } from '../support/browser/page-server.js';
import { describeWith } from '../support/describe-with.js';
import { startNginx } from '../support/server/proxy.js';
import { startServer, type Server } from '../support/server/server.js';

const ARGS = ['--source', 'gate=test', '--source', 'yard=test', '--size', '320x240', '--auth', 'token'];

const test = browserTest();

describeWith(['chromium'], 'a server that wants a token, in a browser', () => {
  let server: Server;
  let site: PageServer;
  let html = '';

  beforeAll(async () => {
    server = await startServer(ARGS);
    site = await servePage(() => `<!doctype html>${html}`);
  });
  afterAll(async () => {
    await server.stop();
    await site[Symbol.asyncDispose]();
  });

  test('remembers it from the first visit on, and shows it nowhere', async ({ browser }) => {
    await using watched = await openPage(browser, `${server.url}/?token=${server.token}#view=grid`);
    const { page } = watched;
    expect(page.url()).toBe(`${server.url}/#view=grid`);
    await page.goto(`${server.url}/`);
    await isLive(page);
    await page.reload();
    await isLive(page);
    // Another server on this host has a cookie of its own.
    await using other = await startServer(ARGS);
    await page.goto(`${other.url}/?token=${other.token}`);
    await isLive(page);
    await page.goto(`${server.url}/`);
    await isLive(page);
    expect(watched.complaints).toEqual([]);
  });

  test('is reached from the link of another site', async ({ browser }) => {
    html = `<a href="${server.url.replace('127.0.0.1', 'localhost')}/?token=${server.token}">camera</a>`;
    await using watched = await openPage(browser, site.url);
    await watched.page.getByText('camera').click();
    await isLive(watched.page);
    await watched.page.reload();
    await isLive(watched.page);
  });

  test('asks for it, says when it is wrong, and goes on to what was asked for', async ({ browser }) => {
    await using watched = await openPage(browser, `${server.url}/#stream=yard`);
    const { page } = watched;
    await page.locator('#why', { hasText: 'This server wants a token' }).waitFor();
    await page.getByLabel('Token').fill('fw_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#why', { hasText: 'This token is not known here' }).waitFor();
    await page.getByLabel('Token').fill(server.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await isLive(page);
    await page.locator('#stage-name', { hasText: 'yard' }).waitFor();
    await page.getByRole('button', { name: 'Help' }).click();
    await page.locator('#who', { hasText: 'You are owner and may do everything.' }).waitFor();
  });

  test('asks for it on a narrow phone without a part of the page beyond its edge', async ({ browser }) => {
    await using watched = await openPage(browser, server.url, { viewport: { width: 320, height: 640 } });
    const { page } = watched;
    const [left, right] = await page.locator('main').evaluate(main => {
      const box = main.getBoundingClientRect();
      return [box.left, innerWidth - box.right];
    });
    expect(left).toBeGreaterThan(0);
    expect(right).toBeCloseTo(left ?? 0, 0);
  });

  test('shares one stream: the link shows it and no other', async ({ browser }) => {
    await using owner = await openPage(browser, `${server.url}/?token=${server.token}#stream=yard`);
    await isLive(owner.page);
    await owner.page.getByRole('button', { name: 'Links' }).click();
    await owner.page.getByRole('button', { name: 'Make a link' }).click();
    const link = await owner.page.getByLabel('Link', { exact: true }).inputValue();
    expect(link).toMatch(new RegExp(`^${server.url}/\\?token=fs_`));
    await owner.page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    expect(owner.complaints).toEqual([]);
    await using guest = await openPage(browser, link);
    await isLive(guest.page);
    await guest.page.locator('#stage-name', { hasText: 'yard' }).waitFor();
    expect(await guest.page.locator('#tiles').getByText('gate').count()).toBe(0);
    await guest.page.getByRole('button', { name: 'Links' }).click();
    await guest.page.getByText('This page, as it stands').waitFor();
    expect(await guest.page.getByRole('button', { name: 'Make a link' }).isVisible()).toBe(false);
  });

  test('shows the element and images on pages of other sites that have a token, and says why without', async ({
    browser,
  }) => {
    const element = (token: string) =>
      `<framewire-view src="${server.url}" ${token} style="width: 300px; height: 200px"></framewire-view>`;
    html = `<script type="module" src="/framewire.js"></script>
      ${element(`token="${server.token}"`)}${element('')}${element('token="fw_wrong"')}
      <img id="in" src="${server.url}/snapshot.jpg?token=${server.token}"><img id="out" src="${server.url}/snapshot.jpg">`;
    await using watched = await openPage(browser, site.url);
    const { page } = watched;
    const views = page.locator('framewire-view');
    await page.locator('framewire-view[data-state=live]').waitFor();
    const refusals = page.locator('framewire-view[data-state=failed]');
    await refusals.nth(1).waitFor();
    expect(await views.nth(1).locator('[part=status]').textContent()).toContain('This server wants a token.');
    expect(await views.nth(2).locator('[part=status]').textContent()).toContain('This token is not known here.');
    const widths = await page.evaluate(() =>
      Promise.all(
        [...document.images].map(async image => {
          await image.decode().catch(() => undefined);
          return image.naturalWidth;
        }),
      ),
    );
    expect(widths).toEqual([320, 0]);
  });
});

describeWith(['chromium', 'nginx-light'], 'a server that wants a token, behind nginx', () => {
  test('is signed in to under a path of its own', async ({ browser }) => {
    await using server = await startServer(ARGS);
    await using nginx = await startNginx(`location /cams/ {
      proxy_pass ${server.url}/; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
      proxy_set_header X-Forwarded-For 192.0.2.7;
    }`);
    await using watched = await openPage(browser, `${nginx.url}/cams/`);
    const { page } = watched;
    await page.getByLabel('Token').fill(server.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await isLive(page);
    expect(page.url()).toBe(`${nginx.url}/cams/`);
    await page.goto(`${nginx.url}/cams/?token=${server.token}`);
    await isLive(page);
    expect(page.url()).toBe(`${nginx.url}/cams/`);
  });

  test('is refused there when it is open to its own machine only', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    const throughProxy = (headers: Record<string, string>) => fetch(`${server.url}/api/streams`, { headers });
    const refused = await throughProxy({ 'X-Forwarded-For': '192.0.2.7' });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'proxy-refused' }]);
    expect((await throughProxy({ 'X-Forwarded-For': '127.0.0.1' })).status).toBe(200);
    expect(server.output().match(/--auth token asks them for a token/g)).toHaveLength(1);
  });
});
