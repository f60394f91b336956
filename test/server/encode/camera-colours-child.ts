import type { Quality } from '@framewire/shared/rendition';
import { Encoder } from '../../../server/src/encode/encoder.js';
import { openSource } from '../../../server/src/source/open-source.js';
import { TestHost } from '../../support/source.js';

/** One picture of the camera that only this process sees (it is preloaded), in each quality, as base64 in JSON. */
const [format, capture] = process.argv.slice(2);
const source = await openSource(
  {
    kind: 'camera',
    device: '/dev/video0',
    format: format === 'mjpg' ? 'mjpg' : 'yuyv',
    size: null,
    fps: null,
    capture: capture === 'opencv' ? 'opencv' : 'ffmpeg',
  },
  new TestHost(),
);
const picture = await source.read();
const { width, height } = picture;
const jpegs: string[] = [];
for (const quality of [30, 75, 95, 'source'] satisfies Quality[]) {
  using encoder = new Encoder({ codec: 'jpeg', width, height, quality });
  jpegs.push(Buffer.from(await encoder.encode(picture)).toString('base64'));
}
picture.free();
await source.close();
process.stdout.write(`${JSON.stringify(jpegs)}\n`);
