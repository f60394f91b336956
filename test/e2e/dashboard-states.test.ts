import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openPage, pixels } from '../support/browser/browser.js';
import { browserTest, isLive, nothingComes } from '../support/browser/dashboard-test.js';
import { cameraOrSkip } from '../support/camera/fake-camera.js';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';
import { startServer } from '../support/server/server.js';

const test = browserTest();

describeWith(['chromium'], 'the dashboard tells', () => {
  /** One look at all of it, until it is so: what the page says next may take its place. */
  const says = (page: Page, words: Record<string, RegExp>, picture: string): Promise<unknown> =>
    page.waitForFunction(
      ({ texts, state }) =>
        document.getElementById('picture')?.dataset['picture'] === state &&
        texts.every(([id, text]) => new RegExp(text).test(document.getElementById(id)?.textContent ?? '')),
      { texts: Object.entries(words).map(([id, { source }]) => [id, source] as const), state: picture },
    );

  test('why a camera is lost, and shows it again when it is back', async ({ browser, skip }) => {
    const camera = cameraOrSkip({ skip });
    await using server = await startServer(['--source', 'gate=/dev/video0'], { env: camera.env });
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    await isLive(page);
    camera.unplug();
    const detail = /\/dev\/video0.*The server tries again by itself\.$/;
    const title = { 'notice-title': /^gate is lost$/, 'notice-detail': detail };
    await says(page, { pill: /Lost/, ...title, 'latency-p50': /^–$/ }, 'none');
    expect(await page.title()).toBe('Lost: gate – Framewire');
    camera.plug();
    await says(page, { pill: /Live/ }, 'good');
    expect(watched.complaints).toEqual([]);
  });

  test('why a source on the network is lost', async ({ browser }) => {
    await using origin = await startServer(['--source', 'test']);
    await using server = await startServer(['--source', `far=${origin.url}/video_feed`]);
    // The first address that this server prints is its source's.
    const [, url = ''] = await server.waitForOutput(/Open:\s+(http\S+)\//);
    await using watched = await openPage(browser, url);
    const { page } = watched;
    await isLive(page);
    await origin.stop();
    await says(page, { pill: /Lost/, 'notice-title': /^far is lost$/, 'notice-detail': /.{31}/ }, 'none');
    expect(watched.complaints).toEqual([]);
  });

  // These two wait for most of their time: together.
  test.concurrent('that the server is away, then gone, and goes on when it is back', async ({ browser }) => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, `${server.url}/#stream=gate`);
    const { page } = watched;
    const pill = page.locator('#pill');
    try {
      await isLive(page);
      const old = { 'notice-detail': /The picture is \d+ s old\./, 'latency-p50': /^–$/ };
      const away = says(page, { pill: /Reconnecting/, ...old }, 'old');
      const silent = page.locator('#server', { hasText: 'No answer' }).waitFor();
      await server.stop();
      await Promise.all([away, silent]);
    } finally {
      await server.stop();
    }
    await pill.getByText('Server gone').waitFor();
    await page.locator('#server', { hasText: 'Gone for' }).waitFor();

    await using again = await startServer(['--source', 'gate=test', '--port', String(server.port)]);
    await isLive(page);
    await page.locator('#top[data-tone="ok"]').waitFor();
    expect(again.port).toBe(server.port);
    // That nobody answered is what the browser itself writes to the console.
    expect(watched.complaints.filter(text => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });

  test.concurrent('a paused picture, also after the server was away', async ({ browser }) => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const pill = page.locator('#pill');
    let still = '';
    try {
      await isLive(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await pill.getByText('Paused').waitFor();
      // The picture that was being decoded is drawn still.
      await nothingComes(page);
      still = await pixels(page, '#picture');
    } finally {
      await server.stop();
    }
    // Long enough that the page sees the server come back before the view's own next attempt.
    await pill.getByText('Server gone').waitFor();
    await using again = await startServer(['--source', 'gate=test', '--port', String(server.port)]);
    await pill.getByText('Paused').waitFor();
    await page.locator('#top[data-tone="ok"]').waitFor();
    expect(again.port).toBe(server.port);
    await says(page, { pill: /Paused/ }, 'good');
    expect(await pixels(page, '#picture')).toBe(still);
    await page.getByRole('button', { name: 'Go on' }).click();
    await isLive(page);
    await eventually(async () => (await pixels(page, '#picture')) !== still, 'other picture');
  });

  test('streams that were asked for while the server was away', async ({ browser }) => {
    const sources = ['--source', 'gate=test', '--source', 'yard=test'];
    const server = await startServer(sources);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    try {
      await isLive(page);
    } finally {
      await server.stop();
    }
    await page.locator('#pill', { hasText: /Reconnecting|Server gone/ }).waitFor();
    await page.keyboard.press('g');
    // Its tile had no view of its own before; its worker the browser has kept.
    const gate = page.locator('#tiles li:first-child');
    await gate.getByText(/Reconnecting|Server gone/).waitFor();
    await using again = await startServer([...sources, '--port', String(server.port)]);
    await page
      .locator('#tiles li', { hasText: /\d ms · [\d.]+ fps/ })
      .nth(1)
      .waitFor();
    expect(again.port).toBe(server.port);
  });

  test('that a picture which looks live stands still', async ({ browser }) => {
    await using server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    await isLive(page);
    // As a link that breaks without a word: the connection stands, and nothing comes.
    process.kill(server.pid, 'SIGSTOP');
    try {
      await says(page, { pill: /Frozen/, 'notice-detail': /^This one is \d+ s old\./ }, 'old');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await isLive(page);
  });

  test('that there is no such stream, and shows it once there is', async ({ browser }) => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, `${server.url}/#stream=barn`);
    const { page } = watched;
    try {
      await page.locator('#notice-title', { hasText: 'There is no stream “barn”' }).waitFor();
      await page.locator('#pill', { hasText: 'Failed' }).waitFor();
    } finally {
      await server.stop();
    }
    await using again = await startServer(['--source', 'barn=test', '--port', String(server.port)]);
    await isLive(page);
    await page.locator('#stage-name', { hasText: 'barn' }).waitFor();
    expect(again.port).toBe(server.port);
  });
});
