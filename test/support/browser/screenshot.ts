/**
 * Makes the README's picture of the dashboard: npx tsx --conditions=@framewire/source test/support/browser/screenshot.ts
 * Its streams are made of OpenCV's examples (Debian: opencv-doc, ffmpeg) where they are, else of test patterns alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launchChromium, openPage } from './browser.js';
import { missing } from '../requires.js';
import { startServer } from '../server/server.js';

const FILE = fileURLToPath(new URL('../../../client/dashboard/screenshot.png', import.meta.url));
const EXAMPLES = '/usr/share/doc/opencv-doc/examples/data';
/** Long enough that the plots of the last minute are full. */
const WATCH_MS = 65_000;

/** People in a street; a circuit board over which the camera travels. Both without a cut, 16:9. */
const SCENES = {
  gate: ['-i', `${EXAMPLES}/vtest.avi`, '-vf', 'crop=768:432:0:40,scale=1280:720'],
  bench: [
    ...['-loop', '1', '-framerate', '30', '-t', '20', '-i', `${EXAMPLES}/board.jpg`],
    ...['-vf', "scale=960:-2,crop=640:360:x='(iw-640)*(1-cos(t*PI/10))/2':y='(ih-360)*(1-cos(t*PI/5))/2'"],
  ],
};

async function takePicture(sources: readonly string[]): Promise<void> {
  await using server = await startServer(sources.flatMap(source => ['--source', source]));
  const browser = await launchChromium();
  try {
    const viewport = { width: 1280, height: 800 };
    await using watched = await openPage(browser, server.url, { viewport, colorScheme: 'dark' });
    await watched.page.locator('#pill', { hasText: 'Live' }).waitFor();
    await watched.page.waitForTimeout(WATCH_MS);
    const picture = await watched.page.screenshot();
    // 256 colours: a third of the bytes, and no difference at the README's size.
    await sharp(picture).png({ palette: true, quality: 100, effort: 10 }).toFile(FILE);
  } finally {
    await browser.close();
  }
}

const reason = missing('chromium');
if (reason !== undefined) throw new Error(`The screenshot ${reason}.`);
const folder = await mkdtemp(join(tmpdir(), 'framewire-screenshot-'));
try {
  const sources: string[] = [];
  if (missing('ffmpeg') === undefined && existsSync(EXAMPLES)) {
    for (const [name, args] of Object.entries(SCENES)) {
      const file = join(folder, `${name}.mp4`);
      spawnSync('ffmpeg', ['-v', 'error', ...args, '-an', '-pix_fmt', 'yuv420p', file], { stdio: 'inherit' });
      sources.push(`${name}=${file}`);
    }
  }
  await takePicture([...sources, 'pattern=test']);
} finally {
  await rm(folder, { recursive: true });
}
