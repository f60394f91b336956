import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium, openPage, pixels, receivedSize, type WatchedPage } from '../support/browser/browser.js';
import { eventually } from '../support/eventually.js';
import { missing } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';

const reason = missing('chromium');

/** Of the large picture on the screen, CSS pixels: as wide as its place, or as that is high. */
function shownWidth(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('#picture framewire-view')?.shadowRoot?.querySelector('canvas');
    if (canvas === null || canvas === undefined) throw new Error('There is no picture.');
    return Math.min(canvas.clientWidth, (canvas.clientHeight * canvas.width) / canvas.height);
  });
}

describe.skipIf(reason !== undefined)(
  `the dashboard${reason === undefined ? '' : ` (${reason})`}`,
  { timeout: 60_000 },
  () => {
    let server: Server;
    let browser: Browser;
    let watched: WatchedPage;
    let page: Page;

    beforeAll(async () => {
      server = await startServer(['--source', 'gate=test', '--source', 'yard=test']);
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
    });
    beforeEach(async () => {
      watched = await openPage(browser, server.url);
      ({ page } = watched);
      await isLive();
    });
    afterEach(async () => {
      const { complaints } = watched;
      await watched[Symbol.asyncDispose]();
      if (complaints.length > 0) throw new Error(`The browser complains: ${complaints.join('\n')}`);
    });

    const isLive = (): Promise<void> => page.locator('#pill', { hasText: 'Live' }).waitFor();
    const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
    const choose = (group: string, name: string): Promise<void> =>
      page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true }).check();
    const isMoving = async (selector: string): Promise<boolean> => {
      const before = await pixels(page, selector);
      return eventually(async () => (await pixels(page, selector)) !== before, `new picture in ${selector}`);
    };

    test('draws moving pictures, large and small', async () => {
      expect(await isMoving('#picture')).toBe(true);
      expect(await isMoving('#tiles li:nth-child(2)')).toBe(true);
    });

    test('tells a plausible latency, rate and bit rate, and where the time goes', async () => {
      const figure = (id: string): Promise<number> =>
        eventually(async () => {
          const value = Number.parseFloat(await text(id));
          return !Number.isNaN(value) && value;
        }, `figure ${id}`);
      // Seconds would have another unit: no latency of this machine's own network reaches them.
      const p50 = await figure('latency-p50');
      expect(await text('latency-p50')).toMatch(/ ms$/);
      expect(p50).toBeGreaterThan(0);
      expect(await figure('latency-p95')).toBeGreaterThanOrEqual(p50 / 2);
      expect(await figure('fps')).toBeLessThan(40);
      expect(await text('bitrate')).toMatch(/^[\d.]+ [kM]bit\/s$/);
      for (const stage of ['encode', 'network', 'draw'])
        expect(await figure(`latency-${stage}`)).toBeGreaterThanOrEqual(0);
      await eventually(async () => (await text('viewers')) === '1', 'count of viewers');
      expect(await text('dropped-rate')).toMatch(/^[\d,]+$/);
      await page.locator('#latency-plot[aria-label*="ms to"]').waitFor();
    });

    test('changes the size of the pictures received, and keeps the choice in the address', async () => {
      // In steps: the link is followed, and a machine that is short of time makes it look slow for a moment.
      const hasSize = (width: number, height: number): Promise<true> =>
        eventually(async () => {
          const size = await receivedSize(page, '#picture');
          return size.width === width && size.height === height;
        }, `picture of ${width}x${height}`);
      // The pixels that it covers, in steps of 64.
      const coversItsPlace = (): Promise<boolean> =>
        eventually(async () => {
          const { width } = await receivedSize(page, '#picture');
          const shown = await shownWidth(page);
          return width >= shown && width < shown + 64;
        }, 'picture of the size in which it is shown');
      await coversItsPlace();
      await choose('Width', '640');
      await hasSize(640, 360);
      await eventually(async () => (await text('actual-size')) === '640 × 360', 'its size in words');
      expect(page.url()).toContain('#width=640');
      await page.reload();
      await isLive();
      await hasSize(640, 360);
      await choose('Width', 'Auto');
      await coversItsPlace();
    });

    test('changes the quality, and says when it is not what was asked for', async () => {
      const slider = page.getByRole('slider', { name: 'Quality' });
      await slider.fill('20');
      await eventually(async () => (await text('actual-quality')) === '20', 'quality 20');
      expect(page.url()).toContain('#quality=20');
      await page.getByRole('checkbox', { name: 'Source' }).check();
      await page.locator('#why', { hasText: 'no JPEGs' }).waitFor();
      expect(page.url()).toContain('#quality=source');
      await slider.focus();
      await slider.press('ArrowLeft');
      expect(await page.getByRole('checkbox', { name: 'Source' }).isChecked()).toBe(false);
      await eventually(async () => (await text('why')) === '', 'wish fulfilled');
    });

    test('changes the frame rate', async () => {
      await choose('Pictures a second', '5');
      await eventually(async () => {
        const fps = Number.parseFloat(await text('fps'));
        return fps > 3 && fps < 7;
      }, 'rate of 5 fps');
      // Left out by the server for this viewer, or never encoded because nobody was due one.
      await eventually(async () => {
        const left = await Promise.all(['dropped-rate', 'dropped-skipped'].map(text));
        return left.some(count => Number(count) > 0);
      }, 'count of pictures left out');
    });

    test('stands still while paused, and goes on', async () => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('#pill', { hasText: 'Paused' }).waitFor();
      // Two reports of the same count, a second apart: nothing has come in between.
      await page.evaluate(
        () =>
          new Promise<void>(resolve => {
            let before: number | undefined;
            document
              .querySelector('framewire-view')
              ?.addEventListener('framewire-stats', ({ detail: { received } }) => {
                if (received === before) resolve();
                before = received;
              });
          }),
      );
      const still = await pixels(page, '#picture');
      await page.locator('#pill', { hasText: /for [2-9] s/ }).waitFor();
      expect(await pixels(page, '#picture')).toBe(still);
      await page.getByRole('button', { name: 'Go on' }).click();
      await isLive();
      expect(await isMoving('#picture')).toBe(true);
    });

    test('shows another stream when its tile is chosen, and Back undoes it', async () => {
      await page.getByRole('button', { name: 'yard' }).click();
      expect(await text('stage-name')).toBe('yard');
      expect(page.url()).toContain('#stream=yard');
      await isLive();
      expect(await isMoving('#picture')).toBe(true);
      expect(await page.locator('.tile[aria-current]').innerText()).toContain('yard');
      await page.goBack();
      expect(await text('stage-name')).toBe('gate');
    });

    test('shows all streams side by side, without the large one', async () => {
      await choose('View', 'All');
      expect(await page.locator('#picture').isVisible()).toBe(false);
      expect(await page.locator('#picture framewire-view').count()).toBe(0);
      for (const tile of [1, 2]) {
        expect(await isMoving(`#tiles li:nth-child(${tile})`)).toBe(true);
        await page.locator(`#tiles li:nth-child(${tile})`, { hasText: /\d ms · [\d.]+ fps/ }).waitFor();
      }
      await page.reload();
      await page.locator('main[data-view="grid"]').waitFor();
      await page.getByRole('button', { name: 'gate' }).click();
      await isLive();
    });

    test('does with keys what its buttons do', async () => {
      await page.keyboard.press('Space');
      await page.locator('#pill', { hasText: 'Paused' }).waitFor();
      await page.keyboard.press('Space');
      await isLive();
      await page.keyboard.press('2');
      expect(await text('stage-name')).toBe('yard');
      await page.keyboard.press('ArrowLeft');
      expect(await text('stage-name')).toBe('gate');
      await page.keyboard.press('g');
      await page.locator('main[data-view="grid"]').waitFor();
      await page.keyboard.press('g');
      await isLive();
      await page.keyboard.press('f');
      await page.locator('#main:fullscreen').waitFor();
      await page.locator('#hud', { hasText: 'fps' }).waitFor();
      await page.keyboard.press('f');
      await page.locator('#main:not(:fullscreen)').waitFor();
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { name: 'Keyboard' }).waitFor({ state: 'hidden' });
    });

    test('lets a finger bring the buttons back over a fullscreen picture before it can press them', async () => {
      await using phone = await openPage(browser, server.url, { isMobile: true, hasTouch: true });
      const pill = phone.page.locator('#pill');
      await pill.getByText('Live').waitFor();
      await phone.page.getByRole('button', { name: 'Fullscreen' }).tap();
      const main = phone.page.locator('#main');
      await main.and(phone.page.locator('[data-full="true"][data-idle="true"]')).waitFor();
      const pause = phone.page.getByRole('button', { name: 'Pause' });
      // Not waiting until it can be seen.
      const press = (): Promise<void> => pause.tap({ force: true });
      await press();
      await phone.page.locator('#main[data-idle="false"]').waitFor();
      expect(await pill.textContent()).toBe('Live');
      await press();
      await pill.getByText('Paused').waitFor();
      expect(phone.complaints).toEqual([]);
    });

    test('keeps the chosen tile in sight', async () => {
      await using narrow = await openPage(browser, `${server.url}/#stream=yard`, {
        viewport: { width: 320, height: 700 },
      });
      await narrow.page.locator('.tile[aria-current]', { hasText: 'yard' }).waitFor();
      const edges = (): Promise<number[]> =>
        narrow.page.evaluate(() => {
          const tile = document.querySelector('.tile[aria-current]')?.getBoundingClientRect();
          return [tile?.left ?? -1, tile?.right ?? Infinity];
        });
      for (const key of ['ArrowLeft', 'ArrowRight']) {
        const [left = -1, right = Infinity] = await edges();
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(320);
        await narrow.page.keyboard.press(key);
      }
    });

    test('leaves the keys to the list of budgets while that has the focus', async () => {
      const budget = page.getByRole('combobox', { name: 'Late by at most' });
      await budget.focus();
      for (const key of ['2', 'ArrowDown', 'ArrowRight', 'g', 's', 'f']) await budget.press(key);
      expect(await text('stage-name')).toBe('gate');
      expect(await page.locator('main').getAttribute('data-view')).toBe('large');
      expect(await budget.inputValue()).not.toBe('100');
      await page.keyboard.press('Space');
      await page.keyboard.press('Escape');
      expect(await text('pill-word')).toBe('Live');
    });

    test('saves the picture under the name of its stream', async () => {
      const download = page.waitForEvent('download');
      await page.keyboard.press('s');
      expect((await download).suggestedFilename()).toMatch(/^gate-\d{4}(-\d\d){5}\.jpg$/);
      const bytes = await readFile(await (await download).path());
      expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
      await page.locator('#toast', { hasText: 'Saved gate-' }).waitFor();
    });

    test('has a name for every control, and shows which one has the focus', async () => {
      const unnamed = await page.locator('button, input, select').evaluateAll(controls =>
        controls
          .filter(control => control.checkVisibility())
          .filter(control => {
            const hasLabels = control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
            // What a select contains are its choices, no name.
            const named = hasLabels ? [...(control.labels ?? [])] : [control];
            const name = control.ariaLabel ?? named.map(node => node.textContent).join('');
            return name.trim() === '';
          })
          .map(control => control.outerHTML),
      );
      expect(unnamed).toEqual([]);
      const outlines = new Set<string>();
      for (let stop = 0; stop < 12; stop++) {
        await page.keyboard.press('Tab');
        const width = await page.evaluate(() => {
          const focused = document.activeElement;
          if (focused === null || focused === document.body) return '2px';
          const seen = focused.matches('.segmented input') ? focused.nextElementSibling : focused;
          return seen === null ? '' : getComputedStyle(seen).outlineWidth;
        });
        outlines.add(width);
      }
      expect([...outlines]).toEqual(['2px']);
    });

    test('says aloud what changes, and only that', async () => {
      await page.locator('#announcer', { hasText: 'gate: Live' }).waitFor({ state: 'attached' });
      await page.keyboard.press('Space');
      await page.locator('#announcer', { hasText: 'gate: Paused' }).waitFor({ state: 'attached' });
      expect(await page.title()).toBe('Paused: gate – Framewire');
      // Figures and ages change every second: none of them may be read out.
      const spoken = await page.evaluate(() => [...document.querySelectorAll('[role="status"]')].map(({ id }) => id));
      expect(spoken).toEqual(['why', 'toast', 'announcer', 'copied']);
      const outputs = await page.locator('output').evaluateAll(all => all.map(({ ariaLive }) => ariaLive));
      expect(new Set(outputs)).toEqual(new Set(['off']));
    });

    test('follows the scheme and the wish for less motion', async () => {
      const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await ground();
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      expect(await ground()).not.toBe(dark);
      // In one go: an element that leaves the page between being found and being looked at has no style at all.
      const durations = await page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .map(element => getComputedStyle(element))
          .map(style => style.transitionDuration + style.animationName),
      );
      expect(new Set(durations)).toEqual(new Set(['0snone']));
    });

    test.each([360, 390])('fits a phone %d wide', async width => {
      await using phone = await openPage(browser, server.url, {
        viewport: { width, height: 800 },
        isMobile: true,
        hasTouch: true,
      });
      await phone.page.locator('#pill', { hasText: 'Live' }).waitFor();
      for (const view of ['One', 'All']) {
        await phone.page.getByRole('radio', { name: view }).check();
        const sizes = await phone.page.evaluate(() => {
          const controls = [...document.querySelectorAll('.bar button, .segmented span, .tile')];
          return {
            page: document.documentElement.scrollWidth,
            smallest: Math.min(...controls.filter(c => c.checkVisibility()).map(c => c.getBoundingClientRect().height)),
          };
        });
        expect(sizes.page).toBe(width);
        expect(sizes.smallest).toBeGreaterThanOrEqual(44);
      }
      expect(phone.complaints).toEqual([]);
    });
  },
);
