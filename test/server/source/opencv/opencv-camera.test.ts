import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OpenCv } from '../../../../server/src/opencv.js';
import { openOpenCvCamera } from '../../../../server/src/source/opencv/opencv-camera.js';
import { missing, skipBecause } from '../../../support/requires.js';
import { matOf, TestHost } from '../../../support/source.js';

const WISH = { width: 64, height: 48, fps: 30 };

let released = 0;
let jpeg: Buffer | undefined;

/** OpenCV's numbers of what it is asked for, and the answers of a camera that gives what was wished. */
const PROPERTIES = new Map([
  [3, WISH.width],
  [4, WISH.height],
  [5, WISH.fps],
  [6, Buffer.from('MJPG').readUInt32LE(0)],
]);

class FakeCapture {
  get(property: number): number {
    return PROPERTIES.get(property) ?? 0;
  }

  setAsync(): Promise<boolean> {
    return jpeg === undefined ? Promise.reject(new Error('The camera is gone.')) : Promise.resolve(true);
  }

  readAsync() {
    return Promise.resolve({ empty: false, getData: () => jpeg, release: () => undefined });
  }

  release(): void {
    released += 1;
  }
}

vi.mock('../../../../server/src/opencv.js', async importOriginal => {
  const { loadOpenCv } = await importOriginal<{ loadOpenCv: () => Promise<OpenCv> }>();
  return {
    loadOpenCv: async () => ({ ...(await loadOpenCv().catch(() => ({}))), VideoCapture: FakeCapture }),
  };
});

let folder = '';
let device = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewire-'));
  device = join(folder, 'video0');
  writeFileSync(device, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a camera that cannot be asked for its format is closed again, or nobody could open it any more', async () => {
  jpeg = undefined;
  const opening = openOpenCvCamera(device, 'auto', WISH, new TestHost());
  await expect(opening).rejects.toThrow('The camera is gone.');
  expect(released).toBe(1);
});

it('a JPEG of a camera says how it is to be turned, and is not turned by the decoder as well', async context => {
  skipBecause(context, missing('npm run setup:opencv'));
  const { width, height } = WISH;
  const picture = sharp({ create: { width, height, channels: 3, background: 'teal' } });
  jpeg = await picture.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const camera = await openOpenCvCamera(device, 'mjpg', WISH, new TestHost());
  const taken = await camera.read();
  expect(taken).toMatchObject({ width, height, orientation: { turns: 1, isMirrored: false } });
  const { cols, rows } = await matOf(taken);
  expect([cols, rows]).toEqual([width, height]);
  taken.free();
  await camera.close();
});
