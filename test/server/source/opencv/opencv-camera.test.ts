import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openOpenCvCamera } from '../../../../server/src/source/opencv/opencv-camera.js';
import { TestHost } from '../../../support/source.js';

let released = 0;

class FakeCapture {
  get(): number {
    return 0;
  }

  setAsync(): Promise<boolean> {
    return Promise.reject(new Error('The camera is gone.'));
  }

  release(): void {
    released += 1;
  }
}

vi.mock('../../../../server/src/opencv.js', () => ({
  loadOpenCv: () => Promise.resolve({ VideoCapture: FakeCapture }),
}));

it('a camera that cannot be asked for its format is closed again, or nobody could open it any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'framewire-'));
  const device = join(folder, 'video0');
  writeFileSync(device, '');
  const opening = openOpenCvCamera(device, 'auto', { width: 640, height: 480, fps: 30 }, new TestHost());
  await expect(opening).rejects.toThrow('The camera is gone.');
  expect(released).toBe(1);
  rmSync(folder, { recursive: true });
});
