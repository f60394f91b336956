import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import { launchChromium, openPage } from '../../support/browser/browser.js';
import { servePage } from '../../support/browser/page-server.js';
import { eventually } from '../../support/eventually.js';
import { ScriptedServer, type ScriptedViewer } from '../../support/server/scripted-server.js';
import { BLUE, canvasSize, RED, view } from './watched-view.js';

interface Covered extends AsyncDisposable {
  page: Page;
  viewer: ScriptedViewer;
}

interface Asked {
  attributes: string;
  deviceScaleFactor: number;
}

describeWith(['chromium'], 'the size of <framewire-view>', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = async (style: string, options: BrowserContextOptions = {}, attributes = ''): Promise<Covered> => {
    const server = await ScriptedServer.open();
    const site = await servePage(
      () => `<!doctype html><script type="module" src="/framewire.js"></script>
        <framewire-view src="${server.url}" ${attributes} style="${style}"></framewire-view>`,
    );
    const watched = await openPage(browser, site.url, options);
    return {
      page: watched.page,
      viewer: await server.viewer(),
      async [Symbol.asyncDispose]() {
        await watched[Symbol.asyncDispose]();
        await site[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };

  it.each<[string, string, Partial<Asked>, object]>([
    ['its width', 'width: 200px', {}, { maxWidth: 256, maxHeight: null }],
    ['the pixels of a fine screen', 'width: 200px', { deviceScaleFactor: 3 }, { maxWidth: 640, maxHeight: null }],
    ['its height, which the page gave it', 'width: 600px; height: 100px', {}, { maxWidth: 640, maxHeight: 128 }],
    ['what its page allows', 'width: 600px', { attributes: 'max-width="100"' }, { maxWidth: 100, maxHeight: null }],
    ['all', 'width: 200px', { attributes: 'resolution="source"' }, { maxWidth: null, maxHeight: null }],
  ])('is asked for: %s', async (_, style, { attributes, ...options }, bounds) => {
    await using all = await open(style, options, attributes);
    expect(await all.viewer.control('subscribe')).toMatchObject({ quality: 75, ...bounds });
  });

  it('is asked for again when it has changed and stands, and not for every pixel on the way', async () => {
    await using all = await open('width: 200px');
    const { page, viewer } = all;
    await viewer.control('subscribe');
    viewer.agree();
    await view(page).evaluate(async element => {
      for (let width = 200; width <= 500; width += 10) {
        element.style.width = `${width}px`;
        await new Promise(requestAnimationFrame);
      }
    });
    expect(await viewer.control('set')).toMatchObject({ maxWidth: 512, maxHeight: null });
    // Within the same step.
    await view(page).evaluate(element => (element.style.width = '510px'));
    await view(page).evaluate(element => new Promise(done => setTimeout(done, 500, element)));
    viewer.agree();
    await view(page).evaluate(element => (element.style.width = '513px'));
    expect(await viewer.control('set', 2)).toMatchObject({ maxWidth: 576 });
  });

  it('stays what it is when a picture of another shape makes the element higher', async () => {
    await using all = await open('width: 320px');
    const { page, viewer } = all;
    expect(await viewer.control('subscribe')).toMatchObject({ maxWidth: 320, maxHeight: null });
    viewer.agree();
    viewer.frame(1, {}, RED);
    viewer.frame(2, {}, BLUE);
    await eventually(async () => (await canvasSize(page))[1] === 120, 'picture of another shape');
    await view(page).evaluate(element => (element.style.width = '400px'));
    expect(await viewer.control('set')).toMatchObject({ maxWidth: 448, maxHeight: null });
  });
});
