import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { run } from '../run.js';
import { clickActions, keyActions } from './actions.js';
import type { DrivenBrowser, DrivenPage, PageOptions } from './driven-page.js';

/** Where Debian has it, by machine. */
const BROWSERS = ['x86_64', 'aarch64', 'arm'].map(
  machine => `/usr/lib/${machine}-linux-gnu${machine === 'arm' ? 'eabihf' : ''}/webkit2gtk-4.1/MiniBrowser`,
);

/** Of the screen that there is not, pixels: more than any page of a test. */
const SCREEN = '1600x1200x24';

const anything = z.object({ value: z.unknown() });
const session = z.object({ value: z.object({ sessionId: z.string() }) });
const text = z.object({ value: z.string() });
const failure = z.object({ value: z.object({ error: z.string(), message: z.string() }) });

/**
 * Debian's WebKitGTK, driven by WebDriver (W3C) on a screen that nobody sees. Check
 * `missing('webkit2gtk-driver', 'xvfb')` first.
 */
export async function startWebkit(): Promise<DrivenBrowser> {
  const screen = run('Xvfb', ['-displayfd', '1', '-screen', '0', SCREEN, '-nolisten', 'tcp']);
  try {
    const [display = ''] = await screen.waitForOutput(/\d+(?=\n)/);
    return {
      open: options => openPage(`:${display}`, options),
      async [Symbol.asyncDispose]() {
        await screen.stop();
      },
    };
  } catch (error) {
    await screen.stop();
    throw error;
  }
}

/** A driver and a browser of its own: the language is that of their process. */
async function openPage(display: string, { size, language }: PageOptions): Promise<DrivenPage> {
  const home = await mkdtemp(join(tmpdir(), 'framewire-webkit-'));
  const port = await freePort();
  // The locale need not exist on this machine: WebKit takes its name. It makes "C" of C.UTF-8.
  const lang = language === undefined ? 'en_US.UTF-8' : `${language}.UTF-8`;
  const env = { DISPLAY: display, LANG: lang, LC_ALL: lang, HOME: home, XDG_RUNTIME_DIR: home };
  const driver = run('WebKitWebDriver', [`--port=${port}`], { env });
  const close = async () => {
    await driver.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const client = await WebDriver.begin(`http://127.0.0.1:${port}`);
    await client.fit(size);
    return {
      complaints: [],
      goto: async url => void (await client.post(anything, 'url', { url })),
      evaluate: (look, argument = '') => client.evaluate(String(look), argument),
      click: async at => void (await client.post(anything, 'actions', { actions: clickActions(at) })),
      press: async key => void (await client.post(anything, 'actions', { actions: keyActions(key) })),
      async [Symbol.asyncDispose]() {
        await client.end();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

class WebDriver {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  static async begin(server: string): Promise<WebDriver> {
    const isUp = () =>
      fetch(`${server}/status`).then(
        () => true,
        () => false,
      );
    await eventually(isUp, 'WebKitWebDriver', 60_000);
    const binary = BROWSERS.find(path => existsSync(path));
    const options = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } };
    const alwaysMatch = { ...options, acceptInsecureCerts: true };
    const begun = await ask(session, 'POST', `${server}/session`, { capabilities: { alwaysMatch } });
    return new WebDriver(`${server}/session/${begun.value.sessionId}`);
  }

  post<T>(result: z.ZodType<T>, command: string, body: object): Promise<T> {
    return ask(result, 'POST', `${this.#url}/${command}`, body);
  }

  async evaluate(look: string, argument: string): Promise<string> {
    const script = `return (${look})(arguments[0]);`;
    return (await this.post(text, 'execute/sync', { script, args: [argument] })).value;
  }

  /** Gives the page this size; the window has borders of its own. */
  async fit({ width, height }: PageOptions['size']): Promise<void> {
    await this.post(anything, 'window/rect', { x: 0, y: 0, width, height });
    const inner = await this.evaluate('() => JSON.stringify([innerWidth, innerHeight])', '');
    const [innerWidth = width, innerHeight = height] = z.array(z.number()).parse(JSON.parse(inner));
    const outer = { width: 2 * width - innerWidth, height: 2 * height - innerHeight };
    await this.post(anything, 'window/rect', { x: 0, y: 0, ...outer });
  }

  async end(): Promise<void> {
    await ask(anything, 'DELETE', this.#url);
  }
}

async function ask<T>(result: z.ZodType<T>, method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const json: unknown = await answer.json();
  if (answer.ok) return result.parse(json);
  const { error, message } = failure.parse(json).value;
  throw new Error(`${error}: ${message}`);
}
