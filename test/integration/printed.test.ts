import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, openPage } from '../support/browser/browser.js';
import { eventually } from '../support/eventually.js';
import { MjpegCamera } from '../support/camera/mjpeg-camera.js';
import { servePage } from '../support/browser/page-server.js';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { freePort } from '../support/free-port.js';
import { run } from '../support/run.js';
import { startNginx } from '../support/server/proxy.js';
import { startServer, type Server } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';
import { seeded } from '../shared/seeded.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The examples of a page in one language, as they are printed. */
function printed(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, of, example = '']) =>
    of === language ? [example] : [],
  );
}

/** As printed, but for the port: 8080 may be another program's. */
const at = (server: Server, example: string): string =>
  example.replaceAll('localhost:8080', `localhost:${server.port}`);

/** Larger pictures than 1 MiB are what a library refuses first. */
const SIZE = { width: 2560, height: 1440 };
const MIB = 1024 * 1024;

describe('what the documents print, on pictures of more than 1 MiB', () => {
  let camera: MjpegCamera;
  let timer: NodeJS.Timeout;
  let server: Server;
  let folder: string;

  beforeAll(async () => {
    const random = seeded(3);
    const noise = Uint8Array.from({ length: SIZE.width * SIZE.height }, () => 256 * random());
    const picture = sharp(noise, { raw: { ...SIZE, channels: 1 } }).jpeg({ quality: 80 });
    camera = await MjpegCamera.open(await picture.toBuffer(), false);
    timer = setInterval(() => camera.send(), 200);
    server = await startServer(['--source', `gate=${camera.url}`]);
    folder = mkdtempSync(join(tmpdir(), 'framewire-printed-'));
  });
  afterAll(async () => {
    await server.stop();
    clearInterval(timer);
    await camera[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('has such pictures', async () => {
    const snapshot = await fetch(`${server.url}/snapshot.jpg?quality=30`);
    expect((await snapshot.arrayBuffer()).byteLength).toBeGreaterThan(MIB);
  });

  const python = ['README.md', 'shared/PROTOCOL.md'].flatMap(page =>
    printed(page, 'python').map((example, i) => [`${page}, Python ${i + 1}`, example] as const),
  );
  it('finds examples in Python', () => expect(python).toHaveLength(3));

  it.for(python)('%s runs on Debian’s Python', async ([, example], context) => {
    skipBecause(context, missing('python3-opencv', 'python3-websockets'));
    const file = join(folder, 'example.py');
    writeFileSync(file, at(server, example));
    await using script = run(DEBIAN_PYTHON, [file], { env: { PYTHONUNBUFFERED: '1' } });
    // OpenCV gives the first picture again and again when the next has another size.
    const isOpencv = example.includes('VideoCapture');
    const [line] = await script.waitForOutput(isOpencv ? /^(.*\n){5}/ : /^\(1440, 2560, 3\)$/m);
    expect(line).toMatch(isOpencv ? /^(True \(1440, 2560, 3\)\n){5}$/ : /1440/);
    expect(script.output()).not.toMatch(/traceback/i);
  });
});

describe('what README.md prints', () => {
  let server: Server;

  beforeAll(async () => {
    server = await startServer(['--source', 'gate=test', '--size', '640x360', '--allow-origin', '*']);
  });
  afterAll(() => server.stop());

  it('in JavaScript runs in Node', async () => {
    const example = printed('README.md', 'js').find(text => text.includes('@framewire/client')) ?? '';
    // Beside the examples, where the package is found by its name.
    const script = ['--input-type=module', '--eval', at(server, example)];
    await using node = run(process.execPath, script, { cwd: join(root, 'client') });
    // Number, width, bytes, age in ms, which is known after a round trip.
    const [line] = await node.waitForOutput(/^\d+ 640 \d{4,} \d+\.\d+$/m);
    expect(line).toBeDefined();
  });

  it('in HTML shows a picture, in an image and in the element', async context => {
    skipBecause(context, missing('chromium'));
    const [image = '', element = ''] = printed('README.md', 'html');
    await using site = await servePage(() => `<!doctype html>${at(server, image)}${at(server, element)}`);
    await using browser = await launchChromium();
    await using watched = await openPage(browser, site.url);
    await watched.page.waitForFunction(
      () =>
        document.querySelector('framewire-view')?.status.state === 'live' &&
        document.querySelector('img')?.naturalWidth === 640,
    );
    expect(watched.complaints).toEqual([]);
  });

  it('for nginx lets everything through, by the name that the proxy has', async context => {
    skipBecause(context, missing('nginx-light'));
    const port = await freePort();
    const site = `http://localhost:${port}`;
    await using behind = await startServer(['--source', 'gate=test', '--allow-origin', site]);
    const [example = ''] = printed('README.md', 'nginx');
    await using nginx = await startNginx(example.replace('127.0.0.1:8080', `127.0.0.1:${behind.port}`), { port });
    await using viewer = await Viewer.open(nginx.url, { headers: { Host: `localhost:${port}`, Origin: site } });
    await viewer.nextFrames(2);
    const snapshot = await fetch(`${site}/snapshot.jpg`);
    expect(snapshot.headers.get('content-type')).toBe('image/jpeg');
    await snapshot.body?.cancel();
    const feed = await fetch(`${site}/video_feed`);
    const first = await feed.body?.getReader().read();
    expect(first?.value?.length).toBeGreaterThan(0);
    await eventually(() => /gate: 127\.0\.0\.1 .*came/.test(behind.output()), 'word of the viewers');
  });

  it('for systemd is a unit that it takes, with a command that serves', async context => {
    skipBecause(context, missing('systemd'));
    const example = readFileSync(join(root, 'server/ops/framewire.service'), 'utf8');
    const unit = join(mkdtempSync(join(tmpdir(), 'framewire-unit-')), 'framewire.service');
    const here = example.replace('/opt/framewire/', root).replace('/usr/bin/node', process.execPath);
    writeFileSync(unit, here);
    await using verify = run('systemd-analyze', ['verify', '--man=no', unit]);
    expect({ ...(await verify.exited), output: verify.output() }).toMatchObject({ code: 0, output: '' });
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(here) ?? [];
    const [program = '', ...args] = command.split(' ');
    await using started = run(program, [...args, '--source', 'test', '--port', '0']);
    await started.waitForOutput(/Open: +http/);
  });

  describe('for the shell', () => {
    const lines = printed('README.md', 'sh').flatMap(example => example.split('\n'));
    const command = (name: string) => at(server, lines.find(line => line.startsWith(`${name} `)) ?? '');

    it('plays', async context => {
      skipBecause(context, missing('ffmpeg'));
      // There is no screen.
      const env = { SDL_VIDEODRIVER: 'dummy', SDL_RENDER_DRIVER: 'software', SDL_AUDIODRIVER: 'dummy' };
      await using ffplay = run('sh', ['-c', command('ffplay')], { env });
      const clock = await eventually(
        () => /^ +(\d+\.\d+) M-V/m.exec(ffplay.output().replaceAll('\r', '\n'))?.[1],
        'clock',
      );
      expect(Number(clock)).toBeGreaterThan(0);
    });

    it('saves a picture', async context => {
      skipBecause(context, missing('curl'));
      const folder = mkdtempSync(join(tmpdir(), 'framewire-printed-'));
      try {
        await using curl = run('sh', ['-c', command('curl')], { cwd: folder });
        expect(await curl.exited).toMatchObject({ code: 0 });
        expect(await sharp(join(folder, 'snapshot.jpg')).metadata()).toMatchObject({ width: 640, height: 360 });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
