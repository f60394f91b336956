import { launchChromium } from '../browser/browser.js';
import { KEYS, languageScript, type DrivenBrowser, type DrivenPage, type PageOptions } from './driven-page.js';

/** Playwright's names of the keys that type nothing. */
const NAMES = new Map<string, string>([[KEYS.escape, 'Escape']]);

/** Debian's Chromium, driven by Playwright. Check `missing('chromium')` first. */
export async function startChromium(): Promise<DrivenBrowser> {
  const browser = await launchChromium();
  return {
    async open({ size, language }: PageOptions): Promise<DrivenPage> {
      const context = await browser.newContext({ viewport: size, ignoreHTTPSErrors: true });
      await context.addInitScript(languageScript(language));
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', message => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', error => complaints.push(String(error)));
      return {
        complaints,
        goto: async url => void (await page.goto(url)),
        evaluate: (look, argument = '') => page.evaluate(look, argument),
        click: ({ x, y }) => page.mouse.click(x, y),
        press: key => page.keyboard.press(NAMES.get(key) ?? key),
        [Symbol.asyncDispose]: () => context.close(),
      };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
