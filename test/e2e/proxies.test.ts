import { expect } from 'vitest';
import { connect } from '@framewire/client';
import { streamAt } from '../support/server/api.js';
import { openPage, pixels } from '../support/browser/browser.js';
import { dashboardTest } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';
import { openFirefox } from '../support/browser/firefox.js';
import { servePage } from '../support/browser/page-server.js';
import { startHaproxy, startNginx } from '../support/server/proxy.js';
import { missing, skipBecause } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';

/** The first thing that everybody writes. */
const plain = ({ url }: Server): string => `location / { proxy_pass ${url}; }`;

/** The snippet of most manuals; Host without its port where it says `$host`. */
const upgrading = ({ url }: Server, host: string): string => `location / {
      proxy_pass ${url}; proxy_http_version 1.1;
      proxy_set_header Host ${host}; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }`;

const test = dashboardTest(['--source', 'gate=test', '--source', 'yard=test', '--size', '640x360']);

describeWith(['chromium', 'nginx-light'], 'behind nginx', () => {
  test('that loses the upgrade, the page says so, shows pictures, and is live when it is mended', async ({
    browser,
    server,
  }) => {
    await using nginx = await startNginx(plain(server));
    await using watched = await openPage(browser, nginx.url);
    const { page } = watched;
    const pill = page.locator('#pill');
    await pill.getByText('Plain video').waitFor();
    await page.locator('#notice-title', { hasText: 'No live connection' }).waitFor();
    await page.locator('#notice-detail', { hasText: /upgrade.*proxy/ }).waitFor();
    const first = await pixels(page, '#picture');
    await eventually(async () => (await pixels(page, '#picture')) !== first, 'other picture');
    // The other stream as well, in its tile.
    await eventually(async () => (await streamAt(server.url, 'yard')).viewers === 1, 'viewer of the other stream');

    await page.getByRole('button', { name: 'Pause' }).click();
    await pill.getByText('Paused').waitFor();
    await eventually(async () => (await streamAt(server.url, 'gate')).viewers === 0, 'end of the feed');
    await page.getByRole('button', { name: 'Go on' }).click();
    await pill.getByText('Plain video').waitFor();

    nginx.configure(upgrading(server, '$http_host'));
    await pill.getByText('Live').waitFor();
    // One viewer of each: the feeds have ended.
    await eventually(async () => (await streamAt(server.url, 'gate')).viewers === 1, 'end of the feed');
    await eventually(async () => (await page.locator('#notice-title').textContent()) === '', 'end of the notice');
  });

  // As on an iPhone, which shows the page of a server that it does not trust and opens no WebSocket to it.
  test('that loses the upgrade, the page also leads to how a device trusts the server', async ({ browser }) => {
    await using secure = await startServer(['--source', 'gate=test', '--size', '320x240', '--tls']);
    await using nginx = await startNginx(plain(secure));
    await using watched = await openPage(browser, nginx.url);
    const { page } = watched;
    await page.locator('#pill', { hasText: 'Plain video' }).waitFor();
    await page.locator('#ways-out').getByRole('link', { name: 'Trust this server on this device' }).click();
    await page.getByRole('heading', { name: 'Trust this Framewire' }).waitFor();
    expect(await page.locator('details[open] summary').allTextContents()).toEqual(['Linux: Chromium, Chrome']);
  });

  test('that changes Host, the page says so and shows pictures, and the log says what to do', async ({
    browser,
    server,
  }) => {
    await using nginx = await startNginx(upgrading(server, '$host'));
    await using watched = await openPage(browser, nginx.url);
    const { page } = watched;
    await page.locator('#pill').getByText('Plain video').waitFor();
    const detail = await page.locator('#notice-detail').textContent();
    expect(detail).toContain(`pages of ${nginx.url}`);
    expect(detail).not.toContain('--');
    const told = (): string[] =>
      server
        .output()
        .split('\n')
        .filter(line => line.includes(nginx.url));
    await eventually(() => told().length > 0, 'word in the log');
    expect(told()).toEqual([expect.stringContaining(`--allow-origin ${nginx.url}`)]);
  });

  test('that loses the upgrade, a view on an allowed site does the same, in Firefox too', async ({ skip }) => {
    skipBecause({ skip }, missing('firefox-esr'));
    let nginxUrl = '';
    await using site = await servePage(
      () => `<!doctype html><script type="module" src="/framewire.js"></script>
        <framewire-view src="${nginxUrl}"></framewire-view>
        <script>
          document.querySelector('framewire-view').addEventListener('framewire-status', ({ detail }) =>
            fetch('/report', { method: 'POST', body: detail.state + ' ' + detail.code }));
        </script>`,
    );
    await using allowing = await startServer(['--source', 'test', '--size', '640x360', '--allow-origin', site.url]);
    await using nginx = await startNginx(plain(allowing));
    nginxUrl = nginx.url;
    await using _ = await openFirefox(site.url);
    await eventually(() => site.reports.includes('fallback upgrade-required'), 'plain video', 60_000);
    nginx.configure(upgrading(allowing, '$http_host'));
    const last = await eventually(() => site.reports.find(report => report.startsWith('live')), 'live picture', 60_000);
    expect(last).toBe('live undefined');
  });

  test('that loses the upgrade, a program is told so at once', async ({ server }) => {
    await using nginx = await startNginx(plain(server));
    await expect(connect(nginx.url)).rejects.toMatchObject({
      code: 'upgrade-required',
      message: /proxy/,
    });
  });

  test('that does not pass on this path at all, a program is told that something else has answered', async ({
    server,
  }) => {
    await using nginx = await startNginx(`location / { proxy_pass ${server.url}; } location /ws { return 404; }`);
    await expect(connect(nginx.url)).rejects.toMatchObject({
      code: 'no-websocket',
      message: `${new URL(nginx.url).host} answers with HTTP 404, and not as a Framewire server does.`,
    });
  });

  test('below a path of its own and with the upgrade, it is live', async ({ browser, server }) => {
    const { url } = server;
    await using nginx = await startNginx(`location /cam/ {
      proxy_pass ${url}/; proxy_http_version 1.1;
      proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }`);
    await using watched = await openPage(browser, `${nginx.url}/cam/`);
    await watched.page.locator('#pill').getByText('Live').waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

describeWith(['chromium', 'haproxy'], 'behind haproxy', () => {
  test('the page is live', async ({ browser, server }) => {
    await using haproxy = await startHaproxy('http-request replace-path /webcam/(.*) /\\1', new URL(server.url).host);
    await using watched = await openPage(browser, `${haproxy.url}/webcam/`);
    await watched.page.locator('#pill').getByText('Live').waitFor();
    expect(watched.complaints).toEqual([]);
  });
});
