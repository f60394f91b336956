import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.js';
import { RawCamera } from '../support/camera/raw-camera.js';
import { startChromium } from '../support/engines/chromium.js';
import { KEYS, type DrivenBrowser, type DrivenPage, type PageOptions } from '../support/engines/driven-page.js';
import { startFirefox } from '../support/engines/firefox.js';
import { eventually } from '../support/eventually.js';
import { formOf, press, shows, type Place } from '../support/engines/page.js';
import { startWebkit } from '../support/engines/webkit.js';
import { missing, skipBecause, type Requirement } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';

interface Engine {
  readonly name: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<DrivenBrowser>;
}

const ENGINES: readonly Engine[] = [
  { name: 'Chromium', needs: ['chromium'], start: startChromium },
  { name: 'Firefox', needs: ['firefox-esr'], start: startFirefox },
  { name: 'WebKit', needs: ['webkit2gtk-driver', 'xvfb'], start: startWebkit },
];

const SIZE = { width: 1280, height: 800 };

/** The picture is 1280 wide; what a slow link would be given is 224. */
const LEAST_WIDTH = 960;

/** How long a page is kept busy before it is judged, ms. */
const BUSY_MS = 4000;

/** Each engine has text and scroll bars of its own width, and rounds in its own way. */
function isNear(a: Place, b: Place | undefined): boolean {
  const { left, right, top, bottom } = b ?? { left: NaN, right: NaN, top: NaN, bottom: NaN };
  // What is told is as wide as its text, and ends at the right.
  const isAsWide = (a.what === 'output' || Math.abs(a.left - left) < 0.03) && Math.abs(a.right - right) < 0.03;
  return isAsWide && Math.abs(a.top - top) < 3 && Math.abs(a.bottom - bottom) < 3;
}

describe('the dashboard', { timeout: 240_000 }, () => {
  const browsers = new Map<string, DrivenBrowser>();
  let server: Server;

  beforeAll(async () => {
    server = await startServer(['--source', 'gate=test']);
    const here = ENGINES.filter(({ needs }) => missing(...needs) === undefined);
    await Promise.all(here.map(async ({ name, start }) => browsers.set(name, await start())));
  });
  afterAll(async () => {
    await Promise.all([...browsers.values()].map(browser => browser[Symbol.asyncDispose]()));
    await server.stop();
  });

  function open(context: TestContext, { name, needs }: Engine, options: Partial<PageOptions> = {}) {
    skipBecause(context, missing(...needs));
    const browser = browsers.get(name);
    if (browser === undefined) throw new Error(`${name} was not started.`);
    return browser.open({ size: SIZE, ...options });
  }

  const isLive = (page: DrivenPage) =>
    shows(page, 'live picture', ({ state, drawnFps }) => state === 'live' && drawnFps > 1);

  it.for(ENGINES)('in $name shows live pictures and does what its controls say', async (engine, context) => {
    await using page = await open(context, engine);
    await page.goto(server.url);
    await isLive(page);
    await press(page, { role: 'radio', name: '640', group: 'Width' });
    await shows(page, 'smaller picture', ({ width }) => width === 640);
    await press(page, { role: 'button', name: 'Pause' });
    await shows(page, 'paused picture', ({ state, title }) => state === 'paused' && title.startsWith('Paused: gate'));
    await press(page, { role: 'button', name: 'Go on' });
    await isLive(page);
    for (const state of ['paused', 'live']) {
      await page.press(' ');
      await shows(page, `${state} by the space bar`, seen => seen.state === state);
    }
    await page.press('?');
    const dialog = () =>
      page.evaluate(() => String(document.querySelector('[role="dialog"], dialog[open]')?.checkVisibility()));
    await expect.poll(dialog).toBe('true');
    await page.press(KEYS.escape);
    await expect.poll(dialog).not.toBe('true');
    expect(page.complaints).toEqual([]);
  });

  const BY_SCHEME = ENGINES.flatMap(engine => [
    { ...engine, scheme: 'http', args: [] },
    { ...engine, scheme: 'https', args: ['--tls'] },
  ]);

  it.for(BY_SCHEME)('in $name is let in over $scheme by the address with the token', async (engine, context) => {
    const args = ['--source', 'gate=test', '--size', '640x360', '--auth', 'token', ...engine.args];
    await using guarded = await startServer(args);
    await using page = await open(context, engine);
    const address = () => page.evaluate(() => location.href);
    await page.goto(guarded.url);
    expect(await page.evaluate(() => document.querySelector('#why')?.textContent ?? '')).toContain('wants a token');
    const trust = () => page.evaluate(() => String(document.querySelector('a[href="./trust"]')?.checkVisibility()));
    expect(await trust()).toBe(String(engine.scheme === 'https'));
    await page.goto(`${guarded.url}/?token=${guarded.token}#quality=60`);
    await isLive(page);
    expect(await address()).toBe(`${guarded.url}/#quality=60`);
    await page.goto(`${guarded.url}/?again`);
    await isLive(page);
  });

  it.for(ENGINES)('in $name shows live pictures and plots where the language is "C"', async (engine, context) => {
    await using page = await open(context, engine, { language: 'C' });
    await page.goto(server.url);
    await isLive(page);
    const plots = () => page.evaluate(() => String(document.querySelectorAll('.plot canvas').length));
    await expect.poll(plots, { timeout: 30_000 }).toBe('2');
    expect(await page.evaluate(() => navigator.language)).toBe('C');
  });

  it.for(ENGINES)('in $name keeps the size of pictures while the page is busy', async (engine, context) => {
    await using page = await open(context, engine);
    await page.goto(`${server.url}/#width=1280`);
    await isLive(page);
    await page.evaluate(() => {
      setInterval(() => {
        const from = performance.now();
        while (performance.now() - from < 80);
      }, 100);
      return '';
    });
    const from = performance.now();
    await eventually(() => performance.now() - from > BUSY_MS, 'end of the time that a page is busy');
    const { width, drawnFps } = await shows(page, `width of ${LEAST_WIDTH}`, seen => seen.width >= LEAST_WIDTH);
    expect(width).toBeGreaterThanOrEqual(LEAST_WIDTH);
    expect(drawnFps).toBeGreaterThan(0);
  });

  it('lays its settings out alike in all of them', async context => {
    skipBecause(context, missing(...ENGINES.flatMap(({ needs }) => needs)));
    const forms = await Promise.all(
      ENGINES.map(async engine => {
        await using page = await open(context, engine);
        await page.goto(server.url);
        await shows(page, 'live picture with its size', ({ state, width }) => state === 'live' && width > 0);
        return await formOf(page);
      }),
    );
    const [first = [], ...others] = forms;
    expect(first.length).toBeGreaterThan(10);
    for (const other of others) {
      expect(other.map(({ what }) => what)).toEqual(first.map(({ what }) => what));
      const off = other.filter((place, i) => !isNear(place, first[i]));
      expect(off).toEqual([]);
    }
  });

  it('tells in all of them that the camera or the server is lost, and goes on when they are back', async () => {
    const jpeg = await sharp({ create: { width: 640, height: 360, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    let isPlugged = true;
    await using camera = await RawCamera.open(socket => {
      const [status, body] = isPlugged ? ['200 OK', jpeg] : ['404 Not Found', Buffer.alloc(0)];
      socket.write(`HTTP/1.1 ${status}\r\nContent-Type: image/jpeg\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    const port = await freePort();
    const args = ['--source', `gate=${camera.url}`, '--fps', '10', '--port', String(port)];
    const watched = await startServer(args);
    const pages = await Promise.all([...browsers.values()].map(browser => browser.open({ size: SIZE })));
    const all = (what: string, isIt: Parameters<typeof shows>[2]) =>
      Promise.all(pages.map(page => shows(page, what, isIt)));
    try {
      await Promise.all(pages.map(page => page.goto(watched.url)));
      await all('live picture', ({ state }) => state === 'live');
      isPlugged = false;
      await all('lost camera', ({ state, title }) => state === 'lost' && title.startsWith('Lost: gate'));
      isPlugged = true;
      await all('camera that is back', ({ state }) => state === 'live');
    } finally {
      await watched.stop();
    }
    await all('reconnecting view', ({ state }) => state === 'reconnecting');
    await all('server that is gone', ({ title }) => title.startsWith('Server gone: gate'));
    await using _ = await startServer(args);
    const back = await all('server that is back', ({ state, title }) => state === 'live' && title.startsWith('gate'));
    expect(back).toHaveLength(browsers.size);
    await Promise.all(pages.map(page => page[Symbol.asyncDispose]()));
  });
});
