import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { receivedSize } from '../support/browser/browser.js';
import { dashboardTest, isLive } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';
import { startServer } from '../support/server/server.js';

const NAMES = ['gate', 'yard', 'hall'];
const test = dashboardTest([...NAMES.flatMap(name => ['--source', `${name}=test`]), '--size', '640x360']);

describeWith(['chromium'], 'the views of the dashboard', () => {
  const names = (page: Page): Promise<string[]> => page.locator('.tile-name').allTextContents();
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const isPaused = (page: Page): Promise<boolean[]> =>
    page.locator('#tiles framewire-view').evaluateAll(views => views.map(view => view.hasAttribute('paused')));

  test('the grid shows the streams that are chosen, in their order, and remembers them', async ({ page, server }) => {
    await page.getByRole('radio', { name: 'All' }).check();
    await eventually(async () => String(await names(page)) === 'gate,yard,hall', 'all streams');
    await press(page, 'Settings');
    await page.getByRole('checkbox', { name: 'Show yard' }).uncheck();
    // Those that are not shown stand last: one step leads past gate.
    await press(page, 'Move hall up');
    await eventually(async () => String(await names(page)) === 'hall,gate', 'order of the streams');
    await page.getByRole('group', { name: 'Columns' }).getByRole('radio', { name: '1' }).check();
    await page.getByRole('group', { name: 'Pictures a second' }).getByRole('radio', { name: '5', exact: true }).check();
    await eventually(() => page.url().endsWith('#view=grid&fps=5&show=hall&show=gate&columns=1'), 'address');
    await page.locator('#stage-name', { hasText: '2 of 3 streams' }).waitFor();
    await page.keyboard.press('2');
    await page.locator('#stage-name', { hasText: 'gate' }).waitFor();
    // Without a word in the address.
    await page.goto('about:blank');
    await page.goto(`${server.url}/#view=grid`);
    await eventually(async () => String(await names(page)) === 'hall,gate', 'the same streams');
    expect(await page.locator('#rates input[value="5"]').isChecked()).toBe(true);
  });

  test('streams are called by their titles; addresses have their names', async ({ page }) => {
    const titles = ['--title', 'gate=玄関', '--title', 'yard=Hof & Garten'];
    const sources = ['gate', 'yard', 'hall'].flatMap(name => ['--source', `${name}=test`]);
    await using server = await startServer([...sources, ...titles, '--size', '320x240']);
    await page.goto(server.url);
    await page.locator('#stage-name', { hasText: '玄関' }).waitFor();
    await eventually(async () => (await page.title()) === '玄関 – Framewire', 'title of the page');
    expect(await names(page)).toEqual(['玄関', 'Hof & Garten', 'hall']);
    await page.getByRole('button', { name: 'Hof & Garten' }).click();
    await eventually(() => page.url().endsWith('#stream=yard'), 'name in the address');
    await press(page, 'Links');
    const options = await page
      .locator('#links-stream option')
      .evaluateAll(all => all.map(({ textContent }) => textContent));
    expect(options).toEqual(['玄関', 'Hof & Garten', 'hall']);
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: 'All' }).check();
    await press(page, 'Settings');
    await page.getByRole('checkbox', { name: 'Show Hof & Garten' }).uncheck();
    await eventually(() => page.url().endsWith('&show=gate&show=hall'), 'names in the address');
  });

  test('the grid is paused, goes on, and fills the screen', async ({ page }) => {
    await page.getByRole('radio', { name: 'All' }).check();
    await press(page, 'Pause');
    await page.locator('#pill', { hasText: 'Paused' }).waitFor();
    expect(await isPaused(page)).toEqual([true, true, true]);
    await press(page, 'Go on');
    expect(await isPaused(page)).toEqual([false, false, false]);
    await press(page, 'Fullscreen');
    await page.locator('#main:fullscreen').waitFor();
    expect(await page.locator('.tile').count()).toBe(3);
    expect(await page.locator('.top').isVisible()).toBe(true);
    await page.keyboard.press('f');
    await page.locator('#main:not(:fullscreen)').waitFor();
  });

  test('tiles ask for the pixels that they cover', async ({ page }) => {
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.getByRole('radio', { name: 'All' }).check();
    await page.locator('#tiles li:first-child framewire-view[data-state="live"]').waitFor();
    await eventually(async () => {
      const { width } = await receivedSize(page, '#tiles li');
      const shown = await page
        .locator('.tile-picture')
        .first()
        .evaluate(box => Math.min(box.clientWidth, (box.clientHeight * 16) / 9));
      // In steps of 64, in width or in height.
      return width >= shown - 1 && width <= shown + (64 * 16) / 9;
    }, 'picture as large as its tile');
  });

  test('a bare address shows pictures alone, whatever this browser remembers, until Escape', async ({
    page,
    server,
  }) => {
    await page.getByRole('slider', { name: 'Quality' }).fill('20');
    await page.goto('about:blank');
    await page.goto(`${server.url}/#view=grid&show=yard&show=gate&bare`);
    // Both: a tile without a picture says why.
    await page.locator('#tiles framewire-view[data-state="live"]').nth(1).waitFor();
    expect(await names(page)).toEqual(['yard', 'gate']);
    const seen = await page
      .locator('header, .bar, .side, .tile-caption, .number')
      .evaluateAll(parts => parts.filter(part => part.checkVisibility()).map(part => part.outerHTML));
    expect(seen).toEqual([]);
    const [width, height] = await page.evaluate(() => {
      const { right, bottom } = document.getElementById('tiles')?.getBoundingClientRect() ?? { right: 0, bottom: 0 };
      return [right, bottom];
    });
    expect([width, height]).toEqual([1280, 800]);
    await page.keyboard.press('Escape');
    await page.locator('.bar').waitFor();
    await eventually(() => !page.url().includes('bare'), 'address without it');
  });

  test('a picture is turned, mirrored and zoomed, and saved as it is seen', async ({ page }) => {
    await press(page, 'Turn right');
    await eventually(() => page.url().includes('turn=gate%3A90'), 'turn in the address');
    await page.locator('#picture[data-sideways="true"]').waitFor();
    const download = page.waitForEvent('download');
    await press(page, 'Save');
    const path = await (await download).path();
    const { width, height } = await sharp(path).metadata();
    expect(width).toBeLessThan(height);
    await press(page, 'Turn left');
    await press(page, 'Mirror left to right');
    await eventually(() => page.url().includes('turn=gate%3A0m'), 'mirror in the address');
    await press(page, 'Larger');
    await page.getByRole('button', { name: '140 %' }).waitFor();
    const shown = (): Promise<number> =>
      page.locator('#picture framewire-view').evaluate(view => view.getBoundingClientRect().left);
    const before = await shown();
    await page.mouse.move(400, 300);
    await page.mouse.down();
    await page.mouse.move(430, 300, { steps: 3 });
    await page.mouse.up();
    await eventually(async () => Math.abs((await shown()) - before - 30) < 0.5, 'picture that has moved along');
    await page.keyboard.press('0');
    await page.getByRole('button', { name: '100 %' }).waitFor();
  });

  test('a picture plays in a small window of its own, until it is closed', async ({ page, skip }) => {
    const button = page.getByRole('button', { name: 'Small window' });
    if (!(await button.isVisible())) skip('needs a Chromium with document picture-in-picture');
    await button.click();
    const state = (): Promise<string> =>
      page.evaluate<string>(
        "documentPictureInPicture.window?.document.querySelector('framewire-view')?.dataset.state ?? 'none'",
      );
    await eventually(async () => (await state()) === 'live', 'live picture in the small window');
    await button.click();
    await eventually(async () => (await state()) === 'none', 'end of the small window');
  });

  test('there are links to copy for each stream', async ({ page, server }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('l');
    await page.getByRole('combobox', { name: 'Stream' }).selectOption('yard');
    const copied = page.locator('#copied', { hasText: 'Copied.' }).waitFor();
    await press(page, 'Copy: The picture of this moment');
    await copied;
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`${server.url}/snapshot.jpg?stream=yard`);
    expect((await fetch(link)).headers.get('content-type')).toBe('image/jpeg');
    await page.keyboard.press('Escape');
    expect(await page.locator('#links').isVisible()).toBe(false);
  });

  test('keys that do something on the whole page can be turned off, and stay so', async ({ page }) => {
    await press(page, 'Help');
    await page.getByRole('checkbox', { name: 'Single keys' }).uncheck();
    await press(page, 'Close');
    await page.reload();
    await isLive(page);
    await page.keyboard.press('Space');
    await page.keyboard.press('g');
    expect(await page.locator('main').getAttribute('data-view')).toBe('large');
    expect(await page.locator('#pill-word').textContent()).toBe('Live');
  });
});
