import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import { launchChromium } from '../../support/browser/browser.js';
import { BLUE, live, RED, state, view } from './watched-view.js';

/** The bytes of the next picture, or the error. @returns once the view has been asked */
async function nextPicture(page: Page): Promise<{ answer: Promise<number[] | string> }> {
  const answer = page.evaluate(async () => {
    try {
      const picture = await document.querySelector('framewire-view')?.nextPicture();
      return [...new Uint8Array((await picture?.arrayBuffer()) ?? new ArrayBuffer(0))];
    } catch (error) {
      return String(error);
    }
  });
  // What a page is told comes in order.
  await page.evaluate(() => undefined);
  return { answer };
}

describeWith(['chromium'], 'nextPicture()', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('brings the picture that is drawn next, and not the one that is shown', async () => {
    await using all = await live(browser);
    const { answer } = await nextPicture(all.page);
    all.viewer.frame(2, {}, BLUE);
    expect(await answer).toEqual([...BLUE]);
  });

  it('waits while nothing flows', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    await view(page).evaluate(element => element.setAttribute('paused', ''));
    await state(page, 'paused');
    const { answer } = await nextPicture(page);
    await view(page).evaluate(element => element.removeAttribute('paused'));
    await viewer.control('resume');
    viewer.agree();
    viewer.frame(2, {}, RED);
    expect(await answer).toEqual([...RED]);
  });

  it('is told when the view ends before it comes', async () => {
    await using all = await live(browser);
    const { answer } = await nextPicture(all.page);
    await view(all.page).evaluate(element => element.remove());
    expect(await answer).toBe('FramewireClientError: There is no picture yet.');
  });
});
