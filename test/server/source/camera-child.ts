import { setTimeout as sleep } from 'node:timers/promises';
import { openSource } from '../../../server/src/source/open-source.js';
import type { CameraSpec } from '../../../server/src/source/source-spec.js';
import { frameOf, TestHost } from '../../support/source.js';
import { FramewireError, messageOf } from '../../../server/src/errors.js';

/**
 * Opens the camera that only this process sees (it is preloaded), looks at three pictures, holds the last one while
 * the source closes, and says as one line of JSON what came of it.
 */
async function main(spec: CameraSpec): Promise<object> {
  const source = await openSource(spec, new TestHost());
  const capturedAt: number[] = [];
  for (;;) {
    const picture = await source.read();
    capturedAt.push(picture.capturedAt);
    if (capturedAt.length < 3) {
      picture.free();
      continue;
    }
    const closed = source.close();
    // Time enough for a source that does not wait for its pictures; then the next line ends the process.
    await Promise.race([closed, sleep(300)]);
    const bytes = (await frameOf(picture).catch(() => undefined))?.toBuffer().length ?? picture.jpeg?.length;
    picture.free();
    await closed;
    return { info: source.info, capturedAt, bytes };
  }
}

const [size, fps, format] = process.argv.slice(2);
const [width = 0, height = 0] = (size ?? '').split('x').map(Number);
const spec: CameraSpec = {
  kind: 'camera',
  device: '/dev/video0',
  format: format === 'yuyv' || format === 'mjpg' ? format : 'auto',
  size: width > 0 ? { width, height } : null,
  fps: fps === undefined || fps === '' ? null : Number(fps),
  capture: 'auto',
};
const result = await main(spec).catch((error: unknown) => {
  if (error instanceof FramewireError) return { code: error.code, message: error.message, hint: error.hint };
  return { message: messageOf(error) };
});
process.stdout.write(`${JSON.stringify(result)}\n`);
