import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import * as z from 'zod';
import { launchChromium } from '../../support/browser/browser.js';
import { eventually } from '../../support/eventually.js';
import { BLUE, canvasSize, live, RED } from '../view/watched-view.js';

/** Tells a page how many bitmaps were made, drawn and closed in it and, with the same code, in its workers. */
const COUNTING = `
  const channel = new BroadcastChannel('bitmaps');
  const wrap = (owner, name, event) => {
    const original = owner?.[name];
    if (original) owner[name] = function (...args) { channel.postMessage(event); return original.apply(this, args); };
  };
  wrap(globalThis, 'createImageBitmap', 'asked');
  wrap(ImageBitmap.prototype, 'close', 'closed');
  wrap(globalThis.CanvasRenderingContext2D?.prototype, 'drawImage', 'drawn');
  wrap(OffscreenCanvasRenderingContext2D.prototype, 'drawImage', 'drawn');
`;

/** Puts the counting into the page and, because the worker is a Blob of the script's making, into that too. */
const COUNT_BITMAPS = `
  {
    ${COUNTING}
    const counts = { asked: 0, closed: 0, drawn: 0 };
    new BroadcastChannel('bitmaps').onmessage = ({ data }) => {
      counts[data]++;
      document.body.dataset.bitmaps = JSON.stringify(counts);
    };
    const NativeBlob = Blob;
    window.Blob = function (parts, options) {
      const isScript = options?.type?.startsWith('text/javascript');
      return new NativeBlob(isScript ? [${JSON.stringify(COUNTING)}, ...parts] : parts, options);
    };
  }
`;

const bitmapCount = z.object({ asked: z.int(), closed: z.int(), drawn: z.int() });

async function bitmaps(page: Page): Promise<z.infer<typeof bitmapCount>> {
  const text = await page.evaluate(() => document.body.dataset['bitmaps']);
  return bitmapCount.parse(JSON.parse(text ?? '{"asked":0,"closed":0,"drawn":0}'));
}

/** As in a browser without OffscreenCanvas. */
const NO_OFFSCREEN = 'delete HTMLCanvasElement.prototype.transferControlToOffscreen;';

describeWith(['chromium'], 'a picture', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  describe.each([
    ['in its worker', ''],
    ['in the page', NO_OFFSCREEN],
  ])('drawn %s', (_, before) => {
    it('is the newest of a burst; every bitmap is closed, what was left out is counted', async () => {
      await using all = await live(browser, { before: COUNT_BITMAPS + before });
      const { page, viewer } = all;
      for (let seq = 2; seq < 60; seq++) viewer.frame(seq, {}, RED);
      viewer.frame(60, {}, BLUE);
      await viewer.ack(60);
      await eventually(async () => (await canvasSize(page))[0] === 160, 'newest picture');
      // Both counts travel through channels of their own, so they are looked at together until they agree.
      const { drawn } = await eventually(async () => {
        const counts = await bitmaps(page);
        const stats = await page.evaluate(() => document.querySelector('framewire-view')?.stats());
        const isAllClosed = counts.asked > 0 && counts.asked === counts.closed;
        return isAllClosed && stats?.received === 60 && stats.dropped.client === 60 - counts.drawn && counts;
      }, 'end of every bitmap, each drawn or counted as dropped');
      expect(drawn).toBeGreaterThan(1);
      expect(drawn).toBeLessThan(60);
      viewer.frame(61, {}, RED);
      await viewer.ack(61);
      expect(viewer.acks.reduce((sum, ack) => sum + ack.clientDropped, 0)).toBe(60 - drawn);
      expect(viewer.acks.at(-1)?.drawnSeq).toBe(60);
    });
  });
});
