import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import { streamAt } from '../../support/server/api.js';
import { eventually } from '../../support/eventually.js';
import { cameraOrSkip } from '../../support/camera/fake-camera.js';
import { RawCamera, type Answering } from '../../support/camera/raw-camera.js';
import { chromaOf } from '../../support/jpeg.js';
import { childrenOf } from '../../support/processes.js';
import { missing, skipBecause } from '../../support/requires.js';
import { EarlyExit, startServer } from '../../support/server/server.js';
import { stampErrorMs } from '../../support/camera/stamp-error.js';
import { intervalMs } from '../../support/server/capture-times.js';
import { Viewer } from '../../support/server/viewer.js';
import { VideoFolder, moving } from '../../support/camera/video-file.js';

const folder = new VideoFolder();
afterAll(() => folder[Symbol.dispose]());

/** Far from twice the interval, and from half of it. */
const isNear = (ms: number, expected: number): boolean => Math.abs(ms / expected - 1) < 0.12;

/** What a start said that ended with the exit code of a source. */
async function refusalOf(start: Promise<unknown>): Promise<string> {
  const failure = await start.catch((error: unknown) => error);
  if (!(failure instanceof EarlyExit)) throw new Error('The server started.');
  expect(failure.exit.code).toBe(4);
  return failure.output;
}

describeWith(['npm run setup:opencv'], 'a camera read by OpenCV', () => {
  it.for([['YUYV'] as const, ['MJPG'] as const])(
    'that gives %s is captured with the time of its own stamp, every picture of it',
    async ([format], context) => {
      const camera = cameraOrSkip(context, { formats: [format] });
      await using server = await startServer(['--source', 'gate=opencv:0'], { env: camera.env });
      expect(server.output()).toContain(`camera /dev/video0 through OpenCV, 1280x720, 30 fps, ${format}`);
      await using viewer = await Viewer.open(server.url, { subscribe: { quality: 60 } });
      await viewer.nextFrames(20);
      expect(await stampErrorMs(viewer.frames)).toBeLessThan(50);
      // Every picture is taken, once this machine has the time: they are one interval apart.
      await viewer.until(() => isNear(intervalMs(viewer.frames.slice(-15)), 1000 / 30), '30 pictures a second');
    },
  );

  it('hands its JPEGs on, whole and untouched, to whoever asks for quality source', async context => {
    const camera = cameraOrSkip(context, { formats: ['MJPG'] });
    await using server = await startServer(['--source', 'opencv:0'], { env: camera.env });
    await using viewer = await Viewer.open(server.url, { subscribe: { quality: 'source' } });
    const { payload } = await viewer.nextFrames(2);
    // Every encoder of the server makes 4:2:0; this one is the camera's.
    expect(chromaOf(payload)).toBe('4:2:2');
    await expect(sharp(payload, { failOn: 'warning' }).raw().toBuffer()).resolves.toHaveLength(1280 * 720 * 3);
    expect([...payload.subarray(-2)]).toEqual([0xff, 0xd9]);
  });

  it('whose driver hands out more bytes than a raw picture has is read all the same', async context => {
    const camera = cameraOrSkip(context, { formats: ['YUYV'], surplus: 2560 });
    await using server = await startServer(['--source', 'opencv:0'], { env: camera.env });
    await using viewer = await Viewer.open(server.url, { subscribe: { quality: 60 } });
    await viewer.nextFrames(10);
    // Only an unsheared picture has a time code that can be read.
    expect(await stampErrorMs(viewer.frames)).toBeLessThan(2000);
  });

  it('gives what it has, with a warning, where it lacks what was asked for', async context => {
    const camera = cameraOrSkip(context);
    const args = ['--source', 'gate=opencv:/dev/video0', '--size', '800x601', '--fps', '60'];
    await using server = await startServer(args, { env: camera.env });
    expect(server.output()).toMatch(
      /gate: Camera \/dev\/video0 gives \d+x\d+ at 30 fps \(\w{4}\), not 800x601 at 60 fps/,
    );
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(2);
  });

  it('costs its viewers a placeholder when OpenCV crashes, not the connection', async context => {
    const camera = cameraOrSkip(context);
    await using server = await startServer(['--source', 'opencv:0'], { env: camera.env });
    await using viewer = await Viewer.open(server.url, { subscribe: { maxWidth: 320 } });
    await viewer.nextFrames(2);
    const [engine] = childrenOf(server.pid);
    if (engine === undefined) throw new Error('There is no engine.');
    process.kill(engine, 'SIGSEGV');
    expect(await viewer.message('source', ({ state }) => state === 'lost')).toMatchObject({ code: 'engine-crashed' });
    await viewer.nextMessage('source', ({ state }) => state === 'live');
    await viewer.nextPicture();
    expect(viewer.frames.some(({ header }) => header?.placeholder === true)).toBe(true);
  });

  it('may be read so because --capture says it', async context => {
    const camera = cameraOrSkip(context);
    await using server = await startServer(['--source', 'camera', '--capture', 'opencv'], { env: camera.env });
    expect(server.output()).toContain('through OpenCV');
  });
});

describeWith(['npm run setup:opencv'], 'a file or a URL read by OpenCV', () => {
  it('is looped at its own rate', async context => {
    skipBecause(context, missing('ffmpeg'));
    const file = folder.make('yard.mp4', ...moving(25), '-pix_fmt', 'yuv420p');
    await using server = await startServer(['--source', `opencv:${file}`]);
    expect(await streamAt(server.url, 'yard')).toMatchObject({ width: 320, height: 240, fps: 25 });
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(60);
    await viewer.until(() => isNear(intervalMs(viewer.frames.slice(-30)), 40), '25 pictures a second');
  });

  it('may be the /video_feed of another server', async () => {
    await using first = await startServer(['--source', 'test', '--size', '320x240']);
    await using second = await startServer(['--source', `far=opencv:${first.url}/video_feed?quality=80`]);
    await using viewer = await Viewer.open(second.url);
    await viewer.message('subscribed', ({ rendition }) => rendition.width === 320);
    await viewer.until(() => viewer.frames.filter(({ header }) => header?.placeholder === false).length > 5, 'frames');
    expect((await streamAt(second.url)).source.state).toBe('live');
  });

  it.each([
    ['opencv:nothing.mp4', 'There is no file nothing.mp4.\nCheck the path. [source-not-found]'],
    ['opencv:README.md', 'OpenCV cannot read file README.md.'],
    ['opencv:77', 'There is no camera /dev/video77.'],
  ])('%s ends the start with a sentence', async (source, sentence) => {
    expect(await refusalOf(startServer(['--source', source]))).toContain(sentence);
  });
});

describe('without OpenCV', () => {
  // As if it had never been set up: whatever imports the binding is told that there is none.
  const hook = `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(
      'export async function resolve(name, context, next) { if (name.startsWith("@u4/")) throw new Error("none"); return next(name, context); }'));`,
  )}`;
  const env = { NODE_OPTIONS: `--import=${hook}` };

  it.each([
    ['opencv:0', []],
    ['opencv:yard.mp4', []],
    ['test', ['--transform', 'server/examples/show-time.mjs']],
  ])('%s %j ends the start with the command that sets it up', async (source, args) => {
    expect(await refusalOf(startServer(['--source', source, ...args], { env }))).toMatch(
      /OpenCV is not set up on this machine\.\n.*npm run setup:opencv \[opencv-missing\]/,
    );
  });

  it('all else works, and nothing is said of it', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240'], { env });
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(2);
    expect(server.output()).not.toMatch(/opencv/i);
  });
});

const PORTRAIT = '/usr/share/doc/opencv-doc/examples/data/messi5.jpg';

describeWith(['npm run setup:opencv'], "a user's own step", () => {
  const step = (name: string): string => `server/examples/${name}.mjs`;

  it('show-time.mjs writes the time of capture into the corner', async () => {
    const args = ['--source', 'test', '--size', '640x360'];
    await using plainServer = await startServer(args);
    await using server = await startServer([...args, '--transform', step('show-time')]);
    expect(server.output()).toContain('test pattern, 640x360, 30 fps, through show-time.mjs');
    const corner = { left: 16, top: 318, width: 200, height: 30 };
    const whites = await Promise.all(
      [plainServer, server].map(async ({ url }) => {
        await using viewer = await Viewer.open(url, { subscribe: { quality: 80 } });
        const { payload } = await viewer.nextFrames(3);
        const pixels = await sharp(payload).extract(corner).greyscale().raw().toBuffer();
        return pixels.filter(level => level > 235).length;
      }),
    );
    expect(whites[1]).toBeGreaterThan((whites[0] ?? 0) + 300);
  });

  it('find-motion.mjs draws green boxes around what moves', async () => {
    await using server = await startServer([
      '--source',
      'test',
      '--size',
      '640x360',
      '--transform',
      step('find-motion'),
    ]);
    await using viewer = await Viewer.open(server.url, { subscribe: { quality: 90 } });
    await eventually(async () => {
      const { payload } = await viewer.nextFrames(1);
      const pixels = await sharp(payload).raw().toBuffer();
      let green = 0;
      // Below the bars, where nothing else is green.
      for (let i = 640 * 230 * 3; i < pixels.length; i += 3) {
        if ((pixels[i] ?? 0) < 90 && (pixels[i + 1] ?? 0) > 190 && (pixels[i + 2] ?? 0) < 90) green += 1;
      }
      return green > 50;
    }, 'green boxes');
  });

  it('blur-faces.mjs leaves nothing of a face to be seen', async context => {
    skipBecause(context, missing('ffmpeg') ?? (existsSync(PORTRAIT) ? undefined : 'needs opencv-doc'));
    const still = ['-loop', '1', '-i', PORTRAIT, '-frames:v', '10', '-vf', 'scale=1096:684', '-c:v', 'mjpeg'];
    const file = folder.make('portrait.avi', ...still, '-q:v', '2', '-r', '10');
    const face = { left: 460, top: 192, width: 66, height: 66 };
    const detail = async (url: string): Promise<number> => {
      await using viewer = await Viewer.open(url, { subscribe: { quality: 90 } });
      const { payload } = await viewer.nextFrames(2);
      const pixels = await sharp(payload).extract(face).greyscale().raw().toBuffer();
      let sum = 0;
      for (let i = 1; i < pixels.length; i += 1) sum += Math.abs((pixels[i] ?? 0) - (pixels[i - 1] ?? 0));
      return sum / pixels.length;
    };
    await using open = await startServer(['--source', file]);
    await using blurred = await startServer(['--source', file, '--transform', step('blur-faces')]);
    expect(await detail(blurred.url)).toBeLessThan((await detail(open.url)) / 4);
  });

  it('that fails now and then costs those pictures, and is told in the log', async () => {
    const file = folder.write(
      'now-and-then.mjs',
      'let n = 0;\nexport function transform(mat) {\n  if (n++ % 2) throw new Error("no such cascade");\n  return mat;\n}\n',
    );
    await using server = await startServer(['--source', 'test', '--size', '320x240', '--transform', file]);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(10);
    const said = 'The step now-and-then.mjs failed: no such cascade (line 3).';
    await eventually(() => server.output().includes(said), 'word of the failure');
    expect(server.output().split('no such cascade')).toHaveLength(2);
    expect(viewer.messages.some(message => message.type === 'source' && message.state === 'lost')).toBe(false);
  });

  it('that blocks for ever is ended with its process; viewers stay and see why', async () => {
    const file = folder.write(
      'blocks.mjs',
      'let n = 0;\nexport function transform(mat) {\n  n += 1;\n  while (n === 5);\n  return mat;\n}\n',
    );
    await using server = await startServer(['--source', 'test', '--size', '320x240', '--transform', file]);
    await using viewer = await Viewer.open(server.url);
    expect(await viewer.message('source', ({ state }) => state === 'lost')).toMatchObject({ code: 'engine-hung' });
    await viewer.nextMessage('source', ({ state }) => state === 'live');
    await viewer.nextFrames(1);
  });

  it.each([
    [
      'syntax.mjs',
      'export function transform(mat) {\n  return mat +;\n}\n',
      /syntax\.mjs cannot be loaded: Unexpected token ';'\.\nTry it with: node /,
    ],
    ['picture.png', 'no script', /picture\.png cannot be loaded: /],
    ['none.mjs', 'export const step = 1;', /none\.mjs exports no function named "transform"\./],
  ])('%s ends the start with a sentence', async (name, text, sentence) => {
    const file = folder.write(name, text);
    expect(await refusalOf(startServer(['--source', 'test', '--transform', file]))).toMatch(sentence);
  });
});

describeWith(['npm run setup:opencv', 'ffmpeg'], 'a URL read by OpenCV', () => {
  const film = () => readFileSync(folder.make('led.ts', ...moving(250)));

  /** Serves the film at `/there`, and leads to that address from everywhere else. */
  const leadingTo =
    (location: string, bytes: Buffer): Answering =>
    (socket, asked) => {
      const found = `HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nContent-Length: ${bytes.length}\r\n\r\n`;
      if (asked.startsWith('GET /there')) socket.write(Buffer.concat([Buffer.from(found), bytes]));
      else socket.write(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    };

  it('may lead on within its host', async () => {
    await using camera = await RawCamera.open(leadingTo('/there', film()));
    await using server = await startServer(['--source', `gate=opencv:http://127.0.0.1:${camera.port}/film`]);
    await using viewer = await Viewer.open(server.url);
    await viewer.message('source', ({ state }) => state === 'live');
    expect(camera.requests.some(request => request.startsWith('GET /there'))).toBe(true);
  });

  it('does not lead OpenCV to others on this machine, and the log says so', async () => {
    await using other = await RawCamera.open(socket => socket.end(), '127.0.0.2');
    await using camera = await RawCamera.open(leadingTo(`http://127.0.0.2:${other.port}/there`, film()));
    await using server = await startServer(['--source', `gate=opencv:http://127.0.0.1:${camera.port}/film`]);
    await eventually(() => server.output().includes('which is this machine or its own link'), 'word of it');
    expect(camera.requests.length).toBeGreaterThan(0);
    expect(other.requests).toEqual([]);
  });
});
