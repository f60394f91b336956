import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { ViewStatus } from '../../../client/src/element.js';
import { openPage, type WatchedPage } from '../../support/browser/browser.js';
import { servePage, type PageServer } from '../../support/browser/page-server.js';
import { ScriptedServer, type ScriptedViewer } from '../../support/server/scripted-server.js';

/** Two pictures that differ in size and colour. */
export const RED = await jpeg(320, 180, 'red');
export const BLUE = await jpeg(160, 120, 'blue');

async function jpeg(width: number, height: number, background: string): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  );
}

/** A page with one view, the server that it watches, and that server's end of the connection. */
export interface WatchedView extends AsyncDisposable {
  page: Page;
  complaints: readonly string[];
  server: ScriptedServer;
  viewer: ScriptedViewer;
}

export interface WatchOptions {
  attributes?: string;
  /** A script that runs in the page before everything else. */
  before?: string;
}

/** As `framewire-error` tells them, joined by bars. */
const COLLECT_ERRORS = `
  document.addEventListener('framewire-error', ({ detail }) => {
    const older = document.body.dataset.errors;
    document.body.dataset.errors = (older === undefined ? '' : older + '|') + detail.code + ': ' + detail.message;
  }, true);
`;

/** Opens a site's page. @param before as in `WatchOptions` */
export async function openSite(browser: Browser, site: PageServer, before = ''): Promise<WatchedPage> {
  const watched = await openPage(browser, 'about:blank');
  await watched.page.addInitScript({ content: COLLECT_ERRORS + before });
  await watched.page.goto(site.url);
  return watched;
}

/** Opens a page with a view and waits until that is connected; nothing is agreed to yet. */
export async function watch(browser: Browser, options: WatchOptions = {}): Promise<WatchedView> {
  const server = await ScriptedServer.open();
  const site = await servePage(
    () => `<!doctype html>
    <script type="module" src="/framewire.js"></script>
    <framewire-view src="${server.url}" ${options.attributes ?? 'stream="gate"'} style="width: 640px"></framewire-view>
    <div style="height: 3000px"></div>`,
  );
  const watched = await openSite(browser, site, options.before);
  return {
    page: watched.page,
    complaints: watched.complaints,
    server,
    viewer: await server.viewer(),
    async [Symbol.asyncDispose]() {
      await watched[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** As `watch`, with the first frame on the canvas. */
export async function live(browser: Browser, options: WatchOptions = {}): Promise<WatchedView> {
  const watched = await watch(browser, options);
  await watched.viewer.control('subscribe');
  watched.viewer.agree();
  watched.viewer.frame(1, {}, RED);
  await state(watched.page, 'live');
  return watched;
}

export function view(page: Page): Locator {
  return page.locator('framewire-view');
}

/** Waits until the view's status is of this kind. @returns all of it. */
export async function state(page: Page, wanted: ViewStatus['state']): Promise<ViewStatus> {
  await page.waitForFunction(name => document.querySelector('framewire-view')?.status.state === name, wanted);
  return page.evaluate(() => document.querySelector('framewire-view')?.status ?? { state: 'connecting' });
}

/** [width, height] of the canvas, pixels. */
export function canvasSize(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector('framewire-view')?.shadowRoot?.querySelector('canvas');
    return [canvas?.width ?? 0, canvas?.height ?? 0];
  });
}

/** Every `framewire-error` so far, as `code: message`. */
export function errors(page: Page): Promise<string[]> {
  return page.evaluate(() => document.body.dataset['errors']?.split('|') ?? []);
}
