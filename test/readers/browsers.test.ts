import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, openPage } from '../support/browser/browser.js';
import { CodedCamera } from '../support/camera/coded-camera.js';
import { EmulatedLink } from '../support/link/emulated-link.js';
import { eventually } from '../support/eventually.js';
import { openFirefox } from '../support/browser/firefox.js';
import { servePage, type PageServer } from '../support/browser/page-server.js';
import { missing, skipBecause, type Requirement } from '../support/requires.js';
import { startServer, type Server } from '../support/server/server.js';
import { ageAt, timeCodeOf } from '../support/camera/time-code.js';

/** The time code is 80 of its cells wide: so scaled, each is a pixel. */
const CELLS = 80;

/** More than the link's own buffers hold, ms: what only queues is older within seconds, and stays so. */
const MOST_MS = 1000;

/** Looks at the picture that are judged together: 2.5 s. */
const LOOKS = 25;

/** Reports ten times a second when it looked, and what it saw of the picture's time code: brightness, cell by cell. */
const page = (feed: string): string => `<!doctype html>
  <img crossorigin src="${feed}" width="640">
  <script>
    const image = document.querySelector('img');
    const canvas = document.createElement('canvas');
    canvas.width = ${CELLS};
    canvas.height = 40;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingEnabled = false;
    setInterval(async () => {
      if (image.naturalWidth === 0) return;
      // By way of a bitmap: what Firefox draws of an element it remembers, and draws again.
      context.drawImage(await createImageBitmap(image), 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, ${CELLS}, 2);
      const cells = Array.from({ length: ${2 * CELLS} }, (_, i) => data[4 * i]);
      fetch('/report', { method: 'POST', body: [Date.now(), ...cells].join() });
    }, 100);
  </script>`;

interface Seen {
  ageMs: number;
  sequence: number;
}

/** @returns nothing for a report of a picture without a time code, as the first ones may be. */
function seen(report: string): Seen[] {
  const [at = NaN, ...cells] = report.split(',').map(Number);
  const code = timeCodeOf(Uint8Array.from(cells), CELLS);
  return code === undefined ? [] : [{ ageMs: ageAt(code, at), sequence: code.sequence }];
}

const BROWSERS: Record<string, { needs: Requirement; open: (url: string) => Promise<AsyncDisposable> }> = {
  Chromium: {
    needs: 'chromium',
    open: async url => {
      const browser = await launchChromium();
      await openPage(browser, url);
      return { [Symbol.asyncDispose]: () => browser.close() };
    },
  },
  Firefox: { needs: 'firefox-esr', open: openFirefox },
};

describe('<img src="/video_feed"> on a slow link', () => {
  let camera: CodedCamera;
  let server: Server;
  let link: EmulatedLink;
  let site: PageServer;

  beforeAll(async () => {
    camera = await CodedCamera.open({ width: 640, height: 320, fps: 25 });
    site = await servePage(() => page(`${link.url}/video_feed?quality=60`));
    server = await startServer(['--source', `gate=${camera.url}`, '--allow-origin', site.url]);
    link = await EmulatedLink.start({ host: '127.0.0.1', port: server.port }, { rate: 2e6, queueMs: 100, rttMs: 20 });
  });
  afterAll(async () => {
    await link[Symbol.asyncDispose]();
    await server.stop();
    await site[Symbol.asyncDispose]();
    await camera[Symbol.asyncDispose]();
  });

  it.for(Object.entries(BROWSERS))('stays fresh in %s', async ([, { needs, open }], context) => {
    skipBecause(context, missing(needs));
    const before = site.reports.length;
    await using _ = await open(site.url);
    const fresh = await eventually(
      () => {
        const looks = site.reports.slice(before).flatMap(seen);
        const settled = looks.slice(-LOOKS);
        const pictures = new Set(settled.map(({ sequence }) => sequence)).size;
        const areFresh = settled.every(({ ageMs }) => ageMs < MOST_MS);
        return looks.length >= 2 * LOOKS && areFresh && pictures > LOOKS / 3;
      },
      'stretch of looks at pictures that are fresh and many',
      90_000,
    );
    expect(fresh).toBe(true);
  });
});
