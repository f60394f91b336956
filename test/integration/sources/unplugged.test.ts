import { describe, expect, it } from 'vitest';
import { cameraOrSkip } from '../../support/camera/fake-camera.js';
import { missing, skipBecause } from '../../support/requires.js';
import { startServer } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';

describe('a camera that is unplugged', () => {
  it.for([['FFmpeg', 'camera'] as const, ['OpenCV', 'opencv:0'] as const])(
    'and plugged in again, read by %s: viewers stay, are told, and see a placeholder',
    { timeout: 120_000 },
    async ([reader, source], context) => {
      if (reader === 'OpenCV') skipBecause(context, missing('npm run setup:opencv'));
      const camera = cameraOrSkip(context);
      await using server = await startServer(['--source', `gate=${source}`], { env: camera.env });
      await using viewer = await Viewer.open(server.url, { subscribe: { maxWidth: 640 } });
      let newest = await viewer.nextPicture();
      for (let round = 0; round < 2; round += 1) {
        const before = newest.header?.seq ?? Infinity;
        const lost = viewer.nextMessage('source', ({ state }) => state === 'lost');
        camera.unplug();
        expect(await lost).toMatchObject({ stream: 'gate', code: 'source-unplugged' });
        const placeholder = await viewer.until(
          () => viewer.frames.find(({ header }) => header?.placeholder === true && header.seq > before),
          'placeholder',
        );
        expect(placeholder.header).toMatchObject({ width: 640, height: 360 });
        expect((await fetch(`${server.url}/snapshot.jpg`)).status).toBe(503);
        const live = viewer.nextMessage('source', ({ state }) => state === 'live');
        camera.plug();
        await live;
        newest = await viewer.nextPicture();
      }
      expect(viewer.isOpen).toBe(true);
    },
  );

  it('at the start ends the start', async context => {
    const camera = cameraOrSkip(context);
    camera.unplug();
    await expect(startServer(['--source', 'camera'], { env: camera.env })).rejects.toThrow(/source-not-found/);
    camera.plug();
  });
});
