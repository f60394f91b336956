import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { streamAt } from '../../support/server/api.js';
import { eventually } from '../../support/eventually.js';
import { cameraOrSkip } from '../../support/camera/fake-camera.js';
import { chromaOf } from '../../support/jpeg.js';
import { MjpegCamera } from '../../support/camera/mjpeg-camera.js';
import { missing, skipBecause } from '../../support/requires.js';
import { run } from '../../support/run.js';
import { startServer } from '../../support/server/server.js';
import { stampErrorMs } from '../../support/camera/stamp-error.js';
import { intervalMs } from '../../support/server/capture-times.js';
import { Viewer } from '../../support/server/viewer.js';

const folder = mkdtempSync(join(tmpdir(), 'framewire-'));

/** A moving picture, made by FFmpeg's command line. */
function makeVideo(name: string, args: string[], seconds = 1): string {
  const file = join(folder, name);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=322x180:rate=25:duration=${seconds}`];
  const made = spawnSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...args, file]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return file;
}

describe('a V4L2 camera', () => {
  it.for([['YUYV', 'raw'] as const, ['MJPG', 'MJPG'] as const])(
    'that gives %s is captured with the time of its own stamp',
    async ([format, said], context) => {
      const camera = cameraOrSkip(context, { formats: [format] });
      await using server = await startServer(['--source', 'gate=/dev/video0'], { env: camera.env });
      expect(server.output()).toContain(`camera /dev/video0, 1280x720, 30 fps, ${said}`);
      await using viewer = await Viewer.open(server.url, { subscribe: { quality: 60 } });
      await viewer.nextFrames(10);
      expect(await stampErrorMs(viewer.frames)).toBeLessThan(50);
    },
  );

  it('hands its own JPEGs on untouched to whoever asks for quality source', async context => {
    const camera = cameraOrSkip(context, { formats: ['MJPG'], quality: 77 });
    await using server = await startServer(['--source', 'camera'], { env: camera.env });
    await using viewer = await Viewer.open(server.url, { subscribe: { quality: 'source' } });
    const { rendition, why } = await viewer.message('subscribed');
    expect(rendition).toMatchObject({ width: 1280, height: 720, quality: 'source' });
    expect(why).toBe('');
    // 4:2:2 is the camera's own; every encoder of the server makes 4:2:0.
    const { payload } = await viewer.nextFrames(2);
    expect(chromaOf(payload)).toBe('4:2:2');
    await using other = await Viewer.open(server.url, { subscribe: { quality: 'source', maxWidth: 640 } });
    const smaller = await other.message('subscribed');
    expect(smaller.rendition).toMatchObject({ width: 640, height: 360, quality: 90 });
    expect(smaller.why).toContain('1280x720');
    expect(chromaOf((await other.nextFrames(2)).payload)).toBe('4:2:0');
  });
});

describe('a file', () => {
  it('is looped at its own frame rate, on and on', async context => {
    skipBecause(context, missing('ffmpeg'));
    const file = makeVideo('yard.mp4', ['-pix_fmt', 'yuv420p']);
    await using server = await startServer(['--source', file]);
    expect(await streamAt(server.url, 'yard')).toMatchObject({ width: 322, height: 180, fps: 25 });
    await using viewer = await Viewer.open(server.url);
    // More pictures than the file has; their capture times keep its rate.
    await viewer.nextFrames(60);
    await viewer.until(() => Math.abs(intervalMs(viewer.frames.slice(-30)) - 40) < 5, '25 pictures a second');
  });
});

describe('a source on the network', () => {
  it('may be the /video_feed of another server, which may go and come back', { timeout: 120_000 }, async () => {
    const first = await startServer(['--source', 'test', '--size', '320x240']);
    await using second = await startServer(['--source', `far=${first.url}/video_feed?quality=80`]);
    await using viewer = await Viewer.open(second.url, { subscribe: { quality: 'source' } });
    await eventually(async () => (await streamAt(second.url)).source.state === 'live', 'live source');
    const { rendition, why } = await viewer.message('subscribed', message => message.rendition.width === 320);
    expect({ ...rendition, why }).toMatchObject({ width: 320, height: 240, quality: 'source', why: '' });
    await viewer.nextFrames(5);
    const { port } = first;
    await first.stop();
    await viewer.message('source', ({ state }) => state === 'lost');
    const live = viewer.nextMessage('source', ({ state }) => state === 'live');
    await using again = await startServer(['--source', 'test', '--size', '320x240', '--port', String(port)]);
    expect(again.port).toBe(port);
    await live;
    await viewer.nextFrames(3);
  });

  it('whose pictures can no longer be decoded stays live; viewers see why, until they can', async () => {
    const whole = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    await using camera = await MjpegCamera.open(whole);
    await using server = await startServer(['--source', `yard=${camera.url}`]);
    await using viewer = await Viewer.open(server.url, { subscribe: { quality: 40 } });
    await viewer.nextFrames(2);
    // It begins and ends as a JPEG does and has a size, so nothing is amiss before somebody wants its pixels: those are
    // said to have 200 bits.
    const damaged = Buffer.from(whole);
    damaged[damaged.indexOf(Buffer.from('ffc0', 'hex')) + 4] = 200;
    camera.jpeg = damaged;
    const placeholder = await viewer.until(
      () => viewer.frames.find(({ header }) => header?.placeholder === true),
      'placeholder',
    );
    expect(placeholder.header).toMatchObject({ width: 64, height: 48 });
    expect((await streamAt(server.url)).source.state).toBe('live');
    const said = /yard: \d+ damaged pictures? (was|were) dropped so far/;
    await eventually(() => said.test(server.output()), 'word of damaged pictures');
    await eventually(async () => (await streamAt(server.url)).damaged > 1, 'count of damaged pictures');
    camera.jpeg = whole;
    await viewer.until(() => viewer.frames.at(-1)?.header?.placeholder === false, 'picture');
    const seqs = viewer.frames.map(({ header }) => header?.seq ?? 0);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  });

  it('that cannot be reached does not hold up the start of the others', async () => {
    await using server = await startServer(['--source', 'far=rtsp://127.0.0.1:9/x', '--source', 'test']);
    // The start waits a moment for it, so that it can say at once what is wrong.
    expect(server.output()).toMatch(
      /^ {2}far +rtsp:\S+\n +(Lost: rtsp:\S+ cannot be .+\.|It is still being opened\.)$/m,
    );
    await using viewer = await Viewer.open(server.url, { subscribe: { stream: 'far' } });
    const lost = await viewer.message('source', ({ state }) => state === 'lost');
    expect(lost).toMatchObject({ code: 'source-unreachable' });
    await viewer.until(() => viewer.frames.at(-1)?.header?.placeholder, 'placeholder');
    await using other = await Viewer.open(server.url, { subscribe: { stream: 'test' } });
    await other.nextPicture();
  });

  it.for([['FFmpeg', ''] as const, ['OpenCV', 'opencv:'] as const])(
    'may be RTSP, read by %s',
    { timeout: 120_000 },
    async ([reader, prefix], context) => {
      skipBecause(
        context,
        missing('ffmpeg', 'vlc', ...(reader === 'OpenCV' ? ['npm run setup:opencv' as const] : [])) ??
          (process.getuid?.() === 0 ? undefined : 'needs root to start VLC as nobody'),
      );
      const file = makeVideo('rtsp.mp4', ['-pix_fmt', 'yuv420p', '-g', '10'], 50);
      spawnSync('chmod', ['-R', 'a+rX', folder]);
      const port = 20_000 + (process.pid % 20_000) + prefix.length;
      const sout = `#rtp{sdp=rtsp://127.0.0.1:${port}/yard}`;
      // VLC refuses to run as root.
      const asNobody = ['--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp'];
      await using vlc = run('setpriv', [
        ...asNobody,
        'cvlc',
        '--quiet',
        '--intf',
        'dummy',
        '--no-audio',
        '--sout',
        sout,
        file,
      ]);
      await using server = await startServer(['--source', `yard=${prefix}rtsp://127.0.0.1:${port}/yard`]);
      await using viewer = await Viewer.open(server.url, { subscribe: { quality: 70 } });
      await viewer.until(
        () => viewer.messages.some(message => message.type === 'source' && message.state === 'live'),
        `live RTSP (VLC said: ${vlc.output()})`,
        60_000,
      );
      const { rendition } = await viewer.message('subscribed', message => message.rendition.width === 322);
      expect(rendition.height).toBe(180);
      await viewer.until(
        () => viewer.frames.filter(({ header }) => header?.placeholder === false).length > 5,
        'pictures',
      );
    },
  );
});
