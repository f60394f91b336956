import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, pixels } from '../support/browser/browser.js';
import { eventually } from '../support/eventually.js';
import { cameraOrSkip } from '../support/camera/fake-camera.js';
import { missing } from '../support/requires.js';
import { startServer } from '../support/server/server.js';

const reason = missing('chromium');
const LONG_MS = 60_000;

describe.skipIf(reason !== undefined)(`the dashboard tells${reason === undefined ? '' : ` (${reason})`}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  test('why a camera is lost, and shows it again when it is back', { timeout: LONG_MS }, async context => {
    const camera = cameraOrSkip(context);
    await using server = await startServer(['--source', 'gate=/dev/video0'], { env: camera.env });
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const pill = page.locator('#pill');
    await pill.getByText('Live').waitFor();
    camera.unplug();
    await pill.getByText('Lost').waitFor();
    expect(await page.locator('#notice-title').textContent()).toBe('gate is lost');
    expect(await page.locator('#notice-detail').textContent()).toMatch(
      /\/dev\/video0.*The server tries again by itself\.$/,
    );
    expect(await page.locator('#picture').getAttribute('data-picture')).toBe('none');
    expect(await page.title()).toBe('Lost: gate – Framewire');
    expect(await page.locator('#latency-p50').textContent()).toBe('–');
    camera.plug();
    await pill.getByText('Live').waitFor();
    expect(await page.locator('#picture').getAttribute('data-picture')).toBe('good');
    expect(watched.complaints).toEqual([]);
  });

  test('why a source on the network is lost', { timeout: LONG_MS }, async () => {
    await using origin = await startServer(['--source', 'test']);
    await using server = await startServer(['--source', `far=${origin.url}/video_feed`]);
    // The first address that this server prints is its source's.
    const [, url = ''] = await server.waitForOutput(/Open:\s+(http\S+)\//);
    await using watched = await openPage(browser, url);
    const { page } = watched;
    await page.locator('#pill', { hasText: 'Live' }).waitFor();
    await origin.stop();
    await page.locator('#pill', { hasText: 'Lost' }).waitFor();
    expect(await page.locator('#notice-title').textContent()).toBe('far is lost');
    expect((await page.locator('#notice-detail').textContent())?.length).toBeGreaterThan(30);
    expect(watched.complaints).toEqual([]);
  });

  test('that the server is away, then gone, and goes on when it is back', { timeout: LONG_MS }, async () => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, `${server.url}/#stream=gate`);
    const { page } = watched;
    const pill = page.locator('#pill');
    try {
      await pill.getByText('Live').waitFor();
    } finally {
      await server.stop();
    }
    await pill.getByText('Reconnecting').waitFor();
    expect(await page.locator('#notice-detail').textContent()).toMatch(/The picture is \d+ s old\./);
    expect(await page.locator('#picture').getAttribute('data-picture')).toBe('old');
    expect(await page.locator('#latency-p50').textContent()).toBe('–');
    await page.locator('#server', { hasText: 'No answer' }).waitFor();
    await pill.getByText('Server gone').waitFor();
    await page.locator('#server', { hasText: 'Gone for' }).waitFor();

    await using again = await startServer(['--source', 'gate=test', '--port', String(server.port)]);
    await pill.getByText('Live').waitFor();
    await page.locator('#top[data-tone="ok"]').waitFor();
    expect(again.port).toBe(server.port);
    // That nobody answered is what the browser itself writes to the console.
    expect(watched.complaints.filter(text => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });

  test('a paused picture, also after the server was away', { timeout: LONG_MS }, async () => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    const pill = page.locator('#pill');
    let still = '';
    try {
      await pill.getByText('Live').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await pill.getByText('Paused').waitFor();
      // The picture that was being decoded is drawn still.
      await eventually(async () => still === (still = await pixels(page, '#picture')), 'a picture that stands still');
    } finally {
      await server.stop();
    }
    // Long enough that the page sees the server come back before the view's own next attempt.
    await pill.getByText('Server gone').waitFor();
    await using again = await startServer(['--source', 'gate=test', '--port', String(server.port)]);
    await pill.getByText('Paused').waitFor();
    await page.locator('#top[data-tone="ok"]').waitFor();
    expect(again.port).toBe(server.port);
    expect(await page.locator('#picture').getAttribute('data-picture')).toBe('good');
    expect(await pixels(page, '#picture')).toBe(still);
    await page.getByRole('button', { name: 'Go on' }).click();
    await pill.getByText('Live').waitFor();
    expect(await pixels(page, '#picture')).not.toBe(still);
  });

  test('streams that were asked for while the server was away', { timeout: LONG_MS }, async () => {
    const sources = ['--source', 'gate=test', '--source', 'yard=test'];
    const server = await startServer(sources);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    try {
      await page.locator('#pill', { hasText: 'Live' }).waitFor();
    } finally {
      await server.stop();
    }
    await page.locator('#pill', { hasText: 'Reconnecting' }).waitFor();
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

  test('that a picture which looks live stands still', { timeout: LONG_MS }, async () => {
    await using server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, server.url);
    const { page } = watched;
    await page.locator('#pill', { hasText: 'Live' }).waitFor();
    // As a link that breaks without a word: the connection stands, and nothing comes.
    process.kill(server.pid, 'SIGSTOP');
    try {
      await page.locator('#pill', { hasText: 'Frozen' }).waitFor();
      expect(await page.locator('#notice-detail').textContent()).toMatch(/^This one is \d+ s old\./);
      expect(await page.locator('#picture').getAttribute('data-picture')).toBe('old');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await page.locator('#pill', { hasText: 'Live' }).waitFor();
  });

  test('that there is no such stream, and shows it once there is', { timeout: LONG_MS }, async () => {
    const server = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, `${server.url}/#stream=barn`);
    const { page } = watched;
    try {
      await page.locator('#notice-title', { hasText: 'There is no stream “barn”' }).waitFor();
      expect(await page.locator('#pill').textContent()).toBe('Failed');
    } finally {
      await server.stop();
    }
    await using again = await startServer(['--source', 'barn=test', '--port', String(server.port)]);
    await page.locator('#pill', { hasText: 'Live' }).waitFor();
    expect(await page.locator('#stage-name').textContent()).toBe('barn');
    expect(again.port).toBe(server.port);
  });
});
