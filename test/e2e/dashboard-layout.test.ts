import { expect } from 'vitest';
import { openPage } from '../support/browser/browser.js';
import { dashboardTest, isLive } from '../support/browser/dashboard-test.js';
import { describeWith } from '../support/describe-with.js';
import { startServer } from '../support/server/server.js';

const PHONE = { isMobile: true, hasTouch: true };
const SIZES = [
  { name: 'a laptop', options: { viewport: { width: 1024, height: 640 } } },
  { name: 'a phone', options: { viewport: { width: 390, height: 844 }, ...PHONE } },
  { name: 'a phone on its side', options: { viewport: { width: 844, height: 390 }, ...PHONE } },
] as const;

/** Controls whose middle is in the window and belongs to something else: nobody can press them. */
function covered(): string[] {
  const controls = [...document.querySelectorAll('button, a, input, select, summary')];
  return controls
    .filter(control => control.checkVisibility({ visibilityProperty: true }))
    .flatMap(control => {
      const { left, top, width, height } = control.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const found = document.elementFromPoint(x, y);
      // Out of the window, or scrolled out of sight within a part of the page.
      if (found === null || control.closest('.side, ul')?.contains(found) === false) return [];
      const isItself = control.contains(found) || control.closest('label')?.contains(found) === true;
      return isItself ? [] : [`${control.outerHTML.slice(0, 80)} is under ${found.outerHTML.slice(0, 80)}`];
    });
}

const NAMES = ['gate', 'yard', 'hall'];
const test = dashboardTest(
  [...NAMES.flatMap(name => ['--source', `${name}=test`]), '--size', '640x360'],
  // With scrollbars, as people have them.
  { ignoreDefaultArgs: ['--hide-scrollbars'] },
);

describeWith(['chromium'], 'the layout of the dashboard', () => {
  test.concurrent.for(['', '#view=grid'])(
    'does not jump while it loads on a phone: %j',
    async (hash, { open, server }) => {
      const page = await open('about:blank', SIZES[1].options);
      await page.addInitScript(() => {
        let sum = 0;
        new PerformanceObserver(list => {
          for (const entry of list.getEntries()) if ('value' in entry) sum += Number(entry.value);
          document.documentElement.dataset['shifts'] = String(sum);
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(`${server.url}/${hash}`);
      await page.locator('#tiles li:nth-child(2) .dot').waitFor();
      await page.locator('framewire-view[data-state="live"]').first().waitFor();
      // Until the figures are there as well, and what the link has to say: the server tells it each second.
      await page.locator('#tiles li:nth-child(2)', { hasText: /\d ms · [\d.]+ fps/ }).waitFor();
      await page.waitForFunction(() => performance.now() > 4000);
      const sum = Number(await page.locator('html').getAttribute('data-shifts'));
      // What is good in Core Web Vitals; what moves here is text that changes in its place.
      expect(sum).toBeLessThan(0.1);
    },
  );

  test.for(SIZES)('has no control under another on $name', async ({ options }, { open, server }) => {
    const page = await open(server.url, options);
    await isLive(page);
    expect(await page.evaluate(covered)).toEqual([]);
    // With its message.
    const message = page.locator('#toast', { hasText: 'Saved' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await message;
    expect(await page.evaluate(covered)).toEqual([]);
    await page.getByRole('radio', { name: 'All' }).check();
    await page.getByRole('button', { name: 'Settings' }).click();
    expect(await page.evaluate(covered)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(options.viewport.width);
  });

  test.for([
    { width: 844, height: 390 },
    // 1440x900 at 200 %.
    { width: 720, height: 450 },
    { width: 390, height: 844 },
    { width: 1024, height: 640 },
  ])('has picture and buttons in a window of $width x $height', async (viewport, { open, server }) => {
    const page = await open(server.url, { viewport });
    await isLive(page);
    const bottoms = await page
      .locator('.bar button:visible')
      .evaluateAll(buttons => buttons.map(button => button.getBoundingClientRect().bottom));
    expect(bottoms.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...bottoms)).toBeLessThanOrEqual(viewport.height);
    const heights = await page.locator('.stages div').evaluateAll(rows => rows.map(row => row.clientHeight));
    expect(new Set(heights).size).toBe(1);
  });

  // 720: 1440 at 200 %.
  test.for([320, 360, 390, 480, 720])(
    'cuts off no word of how things are, %d wide',
    async (width, { open, server }) => {
      const page = await open(server.url, { viewport: { width, height: 800 } });
      await isLive(page);
      const cut = await page.evaluate(() => {
        const isCut = (element: Element): boolean => element.scrollWidth > element.clientWidth;
        const say = (id: string, text: string): void => document.getElementById(id)?.replaceChildren(text);
        const [top, title] = [document.querySelector('.top'), document.querySelector('.title')];
        top?.setAttribute('data-tone', 'bad');
        // The longest of the words beside the name, and of those about the server.
        say('pill-word', 'No pictures for the reason shown');
        say('server', 'Gone for 12 min');
        const parts = [document.documentElement, top, title, ...document.querySelectorAll('.server, .title > .pill')];
        return parts.filter(part => part !== null && isCut(part)).map(part => part?.outerHTML.slice(0, 80));
      });
      expect(cut).toEqual([]);
    },
  );

  test('shows whole tiles on a phone on its side', async ({ open, server }) => {
    const page = await open(`${server.url}/#view=grid`, SIZES[2].options);
    await page.locator('framewire-view[data-state="live"]').first().waitFor();
    const heights = await page.locator('#tiles li').evaluateAll(tiles => tiles.map(tile => tile.clientHeight));
    expect(heights).toHaveLength(NAMES.length);
    expect(Math.max(...heights)).toBeLessThan(SIZES[2].options.viewport.height - 100);
  });

  test('shows a lone picture without bars around it', async ({ browser }) => {
    await using alone = await startServer(['--source', 'gate=test']);
    await using watched = await openPage(browser, alone.url, { viewport: { width: 1440, height: 900 } });
    await isLive(watched.page);
    const aspect = await watched.page.locator('#picture').evaluate(box => box.clientWidth / box.clientHeight);
    expect(aspect).toBeCloseTo(16 / 9, 1);
  });
});
