import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { pixels, receivedSize } from '../support/browser/browser.js';
import { dashboardTest, isLive, nothingComes } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';

/** Of the large picture on the screen, CSS pixels: as wide as its place, or as that is high. */
function shownWidth(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('#picture framewire-view')?.shadowRoot?.querySelector('canvas');
    if (canvas === null || canvas === undefined) throw new Error('There is no picture.');
    return Math.min(canvas.clientWidth, (canvas.clientHeight * canvas.width) / canvas.height);
  });
}

const test = dashboardTest(['--source', 'gate=test', '--source', 'yard=test']);

describeWith(['chromium'], 'the dashboard', () => {
  const says = (page: Page, id: string, hasText: string | RegExp): Promise<void> =>
    page.locator(`#${id}`, { hasText }).waitFor({ state: 'attached' });
  const text = async (page: Page, id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
  const choose = (page: Page, group: string, name: string): Promise<void> =>
    page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true }).check();
  const addressHas = (page: Page, part: string): Promise<true> =>
    eventually(() => page.url().includes(part), `${part} in the address`);
  const isMoving = async (page: Page, selector: string): Promise<boolean> => {
    const before = await pixels(page, selector);
    return eventually(async () => (await pixels(page, selector)) !== before, `new picture in ${selector}`);
  };

  test('draws moving pictures, large and small', async ({ page }) => {
    expect(await isMoving(page, '#picture')).toBe(true);
    expect(await isMoving(page, '#tiles li:nth-child(2)')).toBe(true);
  });

  test('tells a plausible latency, rate and bit rate, and where the time goes', async ({ page }) => {
    const figure = (id: string): Promise<number> =>
      eventually(async () => {
        const value = Number.parseFloat(await text(page, id));
        return !Number.isNaN(value) && value;
      }, `figure ${id}`);
    await figure('latency-p50');
    // Seconds would have another unit: no latency of this machine's own network stays there.
    await eventually(async () => {
      const ids = ['latency-p50', 'latency-p95'];
      const [p50 = '', p95 = ''] = await page.evaluate(
        all => all.map(id => document.getElementById(id)?.textContent ?? ''),
        ids,
      );
      const [least = NaN, most = NaN] = [p50, p95].map(Number.parseFloat);
      return p50.endsWith(' ms') && p95.endsWith(' ms') && least > 0 && most >= least;
    }, 'plausible latency');
    await eventually(async () => Number.parseFloat(await text(page, 'fps')) < 40, 'plausible rate');
    await says(page, 'bitrate', /^[\d.]+ [kM]bit\/s$/);
    for (const stage of ['encode', 'network', 'draw'])
      expect(await figure(`latency-${stage}`)).toBeGreaterThanOrEqual(0);
    await says(page, 'viewers', /^1$/);
    await says(page, 'dropped-rate', /^[\d,]+$/);
    await page.locator('#latency-plot[aria-label*="ms to"]').waitFor();
  });

  test('changes the size of the pictures received, and keeps the choice in the address', async ({ page }) => {
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
    await choose(page, 'Width', '640');
    await hasSize(640, 360);
    await eventually(async () => (await text(page, 'actual-size')) === '640 × 360', 'its size in words');
    await addressHas(page, '#width=640');
    await page.reload();
    await isLive(page);
    await hasSize(640, 360);
    await choose(page, 'Width', 'Auto');
    await coversItsPlace();
  });

  test('changes the quality, and says when it is not what was asked for', async ({ page }) => {
    const slider = page.getByRole('slider', { name: 'Quality' });
    await slider.fill('20');
    await eventually(async () => (await text(page, 'actual-quality')) === '20', 'quality 20');
    await addressHas(page, '#quality=20');
    await page.getByRole('checkbox', { name: 'Source' }).check();
    await page.locator('#why', { hasText: 'no JPEGs' }).waitFor();
    await addressHas(page, '#quality=source');
    await slider.focus();
    await slider.press('ArrowLeft');
    expect(await page.getByRole('checkbox', { name: 'Source' }).isChecked()).toBe(false);
    await eventually(async () => (await text(page, 'why')) === '', 'wish fulfilled');
  });

  test('changes the frame rate', async ({ page }) => {
    await choose(page, 'Pictures a second', '5');
    await eventually(async () => {
      const fps = Number.parseFloat(await text(page, 'fps'));
      return fps > 3 && fps < 7;
    }, 'rate of 5 fps');
    // Left out by the server for this viewer, or never encoded because nobody was due one.
    await eventually(async () => {
      const left = await Promise.all(['dropped-rate', 'dropped-skipped'].map(id => text(page, id)));
      return left.some(count => Number(count) > 0);
    }, 'count of pictures left out');
  });

  test('stands still while paused, and goes on', async ({ page }) => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#pill', { hasText: 'Paused' }).waitFor();
    await nothingComes(page);
    const still = await pixels(page, '#picture');
    await page.locator('#pill', { hasText: /for ([2-9]|\d\d) s|for \d+ min/ }).waitFor();
    expect(await pixels(page, '#picture')).toBe(still);
    await page.getByRole('button', { name: 'Go on' }).click();
    await isLive(page);
    expect(await isMoving(page, '#picture')).toBe(true);
  });

  test('shows another stream when its tile is chosen, and Back undoes it', async ({ page }) => {
    await page.getByRole('button', { name: 'yard' }).click();
    await says(page, 'stage-name', 'yard');
    await addressHas(page, '#stream=yard');
    await isLive(page);
    expect(await isMoving(page, '#picture')).toBe(true);
    expect(await page.locator('.tile[aria-current]').innerText()).toContain('yard');
    await page.goBack();
    await says(page, 'stage-name', 'gate');
  });

  test('shows all streams side by side, without the large one', async ({ page }) => {
    await choose(page, 'View', 'All');
    expect(await page.locator('#picture').isVisible()).toBe(false);
    expect(await page.locator('#picture framewire-view').count()).toBe(0);
    for (const tile of [1, 2]) {
      expect(await isMoving(page, `#tiles li:nth-child(${tile})`)).toBe(true);
      await page.locator(`#tiles li:nth-child(${tile})`, { hasText: /\d ms · [\d.]+ fps/ }).waitFor();
    }
    await page.reload();
    await page.locator('main[data-view="grid"]').waitFor();
    await page.getByRole('button', { name: 'gate' }).click();
    await isLive(page);
  });

  test('does with keys what its buttons do', async ({ page }) => {
    await page.keyboard.press('Space');
    await page.locator('#pill', { hasText: 'Paused' }).waitFor();
    await page.keyboard.press('Space');
    await isLive(page);
    await page.keyboard.press('2');
    await says(page, 'stage-name', 'yard');
    await page.keyboard.press('ArrowLeft');
    await says(page, 'stage-name', 'gate');
    await page.keyboard.press('g');
    await page.locator('main[data-view="grid"]').waitFor();
    await page.keyboard.press('g');
    await isLive(page);
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

  test('lets a finger bring the buttons back over a fullscreen picture before it can press them', async ({
    open,
    server,
  }) => {
    const phone = await open(server.url, { isMobile: true, hasTouch: true });
    await isLive(phone);
    await phone.getByRole('button', { name: 'Fullscreen' }).tap();
    const rests = phone.locator('#main[data-full="true"][data-idle="true"]');
    const pause = phone.getByRole('button', { name: 'Pause' });
    // Twice, as they hide again before long: the first press brings them back, the second one is theirs.
    await eventually(
      async () => {
        await rests.waitFor();
        const before = phone.locator('#main[data-idle="false"]').waitFor();
        // Not waiting until it can be seen.
        await pause.tap({ force: true });
        await before;
        expect(await phone.locator('#pill').textContent()).toBe('Live');
        await pause.tap({ force: true });
        return phone
          .locator('#pill', { hasText: 'Paused' })
          .waitFor({ timeout: 2000 })
          .then(
            () => true,
            () => false,
          );
      },
      'second press that pauses',
      60_000,
    );
  });

  test('keeps the chosen tile in sight', async ({ open, server }) => {
    const narrow = await open(`${server.url}/#stream=yard`, { viewport: { width: 320, height: 700 } });
    await narrow.locator('.tile[aria-current]', { hasText: 'yard' }).waitFor();
    const edges = (): Promise<number[]> =>
      narrow.evaluate(() => {
        const tile = document.querySelector('.tile[aria-current]')?.getBoundingClientRect();
        return [tile?.left ?? -1, tile?.right ?? Infinity];
      });
    for (const key of ['ArrowLeft', 'ArrowRight']) {
      await eventually(async () => {
        const [left = -1, right = Infinity] = await edges();
        return left >= 0 && right <= 320;
      }, 'chosen tile in sight');
      await narrow.keyboard.press(key);
    }
  });

  test('leaves the keys to the list of budgets while that has the focus', async ({ page }) => {
    const budget = page.getByRole('combobox', { name: 'Late by at most' });
    await budget.focus();
    for (const key of ['2', 'ArrowDown', 'ArrowRight', 'g', 's', 'f']) await budget.press(key);
    expect(await text(page, 'stage-name')).toBe('gate');
    expect(await page.locator('main').getAttribute('data-view')).toBe('large');
    expect(await budget.inputValue()).not.toBe('100');
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    expect(await text(page, 'pill-word')).toBe('Live');
  });

  test('saves the picture under the name of its stream', async ({ page }) => {
    const [download, toast] = [
      page.waitForEvent('download'),
      page.locator('#toast', { hasText: 'Saved gate-' }).waitFor(),
    ];
    await page.keyboard.press('s');
    expect((await download).suggestedFilename()).toMatch(/^gate-\d{4}(-\d\d){5}\.jpg$/);
    const bytes = await readFile(await (await download).path());
    expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    await toast;
  });

  test('has a name for every control, and shows which one has the focus', async ({ page }) => {
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

  test('says aloud what changes, and only that', async ({ page }) => {
    await page.locator('#announcer', { hasText: 'gate: Live' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Space');
    await page.locator('#announcer', { hasText: 'gate: Paused' }).waitFor({ state: 'attached' });
    expect(await page.title()).toBe('Paused: gate – Framewire');
    // Figures and ages change every second: none of them may be read out.
    const spoken = await page.evaluate(() => [...document.querySelectorAll('[role="status"]')].map(({ id }) => id));
    expect(spoken).toEqual(['why', 'toast', 'announcer', 'share-said', 'copied']);
    const outputs = await page.locator('output').evaluateAll(all => all.map(({ ariaLive }) => ariaLive));
    expect(new Set(outputs)).toEqual(new Set(['off']));
  });

  test('follows the scheme and the wish for less motion', async ({ page }) => {
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

  test.for([360, 390])('fits a phone %d wide', async (width, { open, server }) => {
    const phone = await open(server.url, { viewport: { width, height: 800 }, isMobile: true, hasTouch: true });
    await isLive(phone);
    for (const view of ['One', 'All']) {
      await phone.getByRole('radio', { name: view }).check();
      const sizes = await phone.evaluate(() => {
        const controls = [...document.querySelectorAll('.bar button, .segmented span, .tile')];
        return {
          page: document.documentElement.scrollWidth,
          smallest: Math.min(...controls.filter(c => c.checkVisibility()).map(c => c.getBoundingClientRect().height)),
        };
      });
      expect(sizes.page).toBe(width);
      expect(sizes.smallest).toBeGreaterThanOrEqual(44);
    }
  });
});
