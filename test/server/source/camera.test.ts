import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { cameraOrSkip, type FakeCameraOptions } from '../../support/camera/fake-camera.js';

const CHILD = fileURLToPath(new URL('camera-child.ts', import.meta.url));

interface Ask {
  camera?: FakeCameraOptions;
  size?: string;
  fps?: number;
  format?: string;
  isUnplugged?: boolean;
}

/** What the source said of a camera, in a process of its own: a fake camera is preloaded. */
function openedWith(context: TestContext, { camera, size = '', fps, format = '', isUnplugged }: Ask): unknown {
  const fake = cameraOrSkip(context, camera);
  if (isUnplugged === true) fake.unplug();
  const node = ['--conditions=@framewire/source', '--import', 'tsx', CHILD, size, String(fps ?? ''), format];
  const child = spawnSync(process.execPath, node, { env: { ...process.env, ...fake.env }, encoding: 'utf8' });
  fake.plug();
  expect({ status: child.status, signal: child.signal, stderr: child.stderr }).toEqual({
    status: 0,
    signal: null,
    stderr: '',
  });
  return JSON.parse(child.stdout);
}

describe('a camera', () => {
  it('gives raw pictures with the stamps of the device, and they may outlast it until they are freed', context => {
    const opened = openedWith(context, {});
    expect(opened).toMatchObject({
      info: { width: 1280, height: 720, fps: 30, isJpeg: false },
      bytes: 1280 * 720 * 2,
    });
  });

  it('gives its JPEGs where raw pictures would be too slow', context => {
    const opened = openedWith(context, { camera: { formats: ['MJPG'] } });
    expect(opened).toMatchObject({ info: { width: 1280, height: 720, isJpeg: true } });
  });

  it('gives the format that was asked for', context => {
    expect(openedWith(context, { format: 'mjpg' })).toMatchObject({ info: { isJpeg: true } });
  });

  it('that lacks the size asked for is refused with the size that it has', context => {
    const opened = openedWith(context, { size: '700x500' });
    expect(opened).toMatchObject({
      code: 'source-size',
      message: 'Camera /dev/video0 has no 700x500; the nearest that it offers is 640x480.',
      hint: 'Try: --size 640x480',
    });
  });

  it('that lacks the rate asked for is refused with the rate that it has', context => {
    const opened = openedWith(context, { fps: 60 });
    expect(opened).toMatchObject({ code: 'source-rate', hint: 'Try: --fps 30, or a smaller --size' });
  });

  it.for(['YVYU', 'NV21'])(
    'that has only a format unknown to FFmpeg is refused with its name: %s',
    (fourcc, context) => {
      expect(openedWith(context, { camera: { formats: ['YUYV'], fourcc } })).toMatchObject({
        code: 'source-unreadable',
        message: `FFmpeg reads none of the formats of camera /dev/video0: ${fourcc}.`,
        hint: 'OpenCV reads more: npm run setup:opencv, --capture opencv',
      });
    },
  );

  it('that lacks the format asked for is refused with those that it has', context => {
    expect(openedWith(context, { camera: { formats: ['YUYV'], fourcc: 'NV21' }, format: 'yuyv' })).toMatchObject({
      message: 'Camera /dev/video0 gives no yuyv at that size; it has: NV21.',
    });
  });

  it('whose driver pads its raw pictures is refused with the ways out', context => {
    expect(openedWith(context, { camera: { formats: ['YUYV'], surplus: 2560 } })).toMatchObject({
      code: 'source-unreadable',
      message:
        'The raw pictures of camera /dev/video0 (YUY2) are not as long as 1280x720 takes; some drivers pad them.',
      hint: 'Try another --size, --camera-format mjpg, or --capture opencv (npm run setup:opencv).',
    });
  });

  it('that is not plugged in is not found', context => {
    const opened = openedWith(context, { isUnplugged: true });
    expect(opened).toMatchObject({
      code: 'source-not-found',
      message: 'There is no camera /dev/video0.',
      hint: 'Plug it in, or see which there are: ls /dev/video*',
    });
  });
});
