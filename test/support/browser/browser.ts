import { chromium, type Browser, type BrowserContextOptions, type LaunchOptions, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Far above what a busy machine takes, ms. */
export const TIMEOUT_MS = 60_000;

/** Debian's Chromium, without a window. Check `missing('chromium')` first. The caller closes it. */
export function launchChromium({
  args = [],
  ...options
}: Pick<LaunchOptions, 'args' | 'ignoreDefaultArgs'> = {}): Promise<Browser> {
  const all = [...ARGS, ...args];
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: all, timeout: TIMEOUT_MS, ...options });
}

/** A page with a context of its own, and everything that went wrong in it. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, violations of the page's policy among them, and uncaught exceptions. */
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  await page.goto(url);
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

/** What the first view within `selector` shows, scaled to 64x36, as text that differs when a picture does. */
export function pixels(page: Page, selector: string): Promise<string> {
  return page.evaluate(within => {
    const canvas = document.querySelector(within)?.querySelector('framewire-view')?.shadowRoot?.querySelector('canvas');
    const context = new OffscreenCanvas(64, 36).getContext('2d');
    if (canvas === null || canvas === undefined || context === null) return '';
    context.drawImage(canvas, 0, 0, 64, 36);
    return context.getImageData(0, 0, 64, 36).data.join();
  }, selector);
}

/** Size of the picture that arrived last in the first view within `selector`, taken from its own bytes. */
export function receivedSize(page: Page, selector: string): Promise<{ width: number; height: number }> {
  return page.evaluate(async within => {
    const view = document.querySelector(within)?.querySelector('framewire-view');
    if (view === null || view === undefined) throw new Error(`There is no view in ${within}.`);
    const { width, height } = await createImageBitmap(await view.snapshot());
    return { width, height };
  }, selector);
}
