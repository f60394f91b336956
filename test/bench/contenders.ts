import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { fakeCamera, type FakeCamera, type FakeCameraOptions } from '../support/fake-camera.js';
import { DEBIAN_PYTHON, missing } from '../support/requires.js';
import { run, type Run } from '../support/run.js';
import { startServer } from '../support/server.js';
import type { Protocol } from './load/plan.js';

export interface Target {
  port: number;
  protocol: Protocol;
  process: Run;
}

/** Something that serves frames to viewers, measured like all the others. */
export interface Contender {
  /** For `--only`. */
  key: string;
  name: string;
  /** Why it cannot run here. */
  skip: string | undefined;
  start(): Promise<Target>;
}

export const SIZE = '1280x720';
export const FPS = 30;
export const QUALITY = 30;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const flaskScript = here('../../../shared/measure/seed_flask_shared.py');

/** Framewire and its peers, each with a camera of its own. */
export function contenders(): Contender[] {
  return [
    framewire('ws', 'Framewire, WebSocket', ['YUYV'], subscribe({ quality: QUALITY })),
    framewire('ws-mjpg', 'Framewire, WebSocket, MJPG passed through', ['MJPG'], subscribe({ quality: 'source' })),
    framewire('feed', 'Framewire, /video_feed', ['YUYV'], {
      kind: 'multipart',
      path: `/video_feed?quality=${QUALITY}`,
    }),
    flask(),
    ustreamer('ustreamer', 'ustreamer', 'YUYV', []),
    ustreamer('ustreamer-mjpg', 'ustreamer, MJPG passed through', 'MJPG', ['--encoder', 'HW']),
  ];
}

/** What only writes `bytes` to every viewer `FPS` times a second. */
export function floors(bytes: number): Contender[] {
  const args = [String(Math.round(bytes)), String(FPS)];
  return [
    {
      key: 'floor-c',
      name: 'floor: one send() a frame, C',
      skip: missing('gcc'),
      start: async () => target(run(compiled('floor'), args), { kind: 'marked' }),
    },
    {
      key: 'floor-node',
      name: 'floor: one write() a frame, Node',
      skip: undefined,
      start: async () =>
        target(run(process.execPath, [...process.execArgv, here('floor/floor.ts'), ...args]), { kind: 'marked' }),
    },
  ];
}

/** How old the camera's pictures are when a program gets them, ms, ascending; or why that cannot be told. */
export async function cameraAges(format: 'YUYV' | 'MJPG', count: number): Promise<number[] | string> {
  const camera = theCamera({ formats: [format] });
  const reason = camera.skip ?? missing('gcc');
  if (camera.skip !== undefined || reason !== undefined) return reason ?? '';
  await using reader = run(compiled('camera'), [format, String(count)], { env: camera.env });
  const { code } = await reader.exited;
  if (code !== 0) return `failed: ${reader.output()}`;
  return reader
    .output()
    .trim()
    .split('\n')
    .map(Number)
    .sort((a, b) => a - b);
}

function framewire(
  key: string,
  name: string,
  formats: FakeCameraOptions['formats'] & {},
  protocol: Protocol,
): Contender {
  const camera = theCamera({ formats });
  return withCamera(camera, key, name, undefined, async ({ env }) => {
    const server = await startServer(['--source', '/dev/video0', '--size', SIZE, '--fps', String(FPS)], { env });
    return { port: server.port, protocol, process: server };
  });
}

function subscribe(wishes: { quality: number | 'source' }): Protocol {
  return { kind: 'websocket', path: '/ws', subscribe: JSON.stringify({ type: 'subscribe', ...wishes }) };
}

function flask(): Contender {
  const script = existsSync(flaskScript) ? undefined : 'needs ../shared/measure, not part of this repository';
  const skip = script ?? missing('python3-flask', 'python3-opencv');
  const name = 'Flask, one capture thread for all';
  return withCamera(theCamera({ formats: ['YUYV'] }), 'flask', name, skip, async ({ env }) => {
    const port = await freePort();
    const args = { env: { ...env, PORT: String(port), QUALITY: String(QUALITY) } };
    return listening(run(DEBIAN_PYTHON, [flaskScript], args), port, '/video_feed');
  });
}

function ustreamer(key: string, name: string, format: 'YUYV' | 'MJPG', more: readonly string[]): Contender {
  return withCamera(theCamera({ formats: [format] }), key, name, missing('ustreamer'), async ({ env }) => {
    const port = await freePort();
    const options = {
      host: '127.0.0.1',
      port: String(port),
      resolution: SIZE,
      'desired-fps': String(FPS),
      quality: String(QUALITY),
      format: format === 'MJPG' ? 'MJPEG' : format,
    };
    const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
    return listening(run('ustreamer', [...args, ...more], { env }), port, '/stream');
  });
}

function theCamera(options: FakeCameraOptions) {
  return fakeCamera({ ...options, fps: FPS, quality: QUALITY });
}

function withCamera(
  camera: ReturnType<typeof fakeCamera>,
  key: string,
  name: string,
  skip: string | undefined,
  start: (camera: FakeCamera) => Promise<Target>,
): Contender {
  if (camera.skip !== undefined)
    return { key, name, skip: camera.skip, start: () => Promise.reject(new Error(camera.skip)) };
  return { key, name, skip, start: () => start(camera) };
}

async function target(process: Run, protocol: Protocol): Promise<Target> {
  const [, port] = await process.waitForOutput(/:(\d+)\/\n/);
  return { port: Number(port), protocol, process };
}

/** For servers that do not say when they listen. */
async function listening(process: Run, port: number, path: string): Promise<Target> {
  const ended = process.exited.then(() => {
    throw new Error(`ended early: ${process.output()}`);
  });
  await Promise.race([eventually(() => isOpen(port), 'open port'), ended]);
  return { port, protocol: { kind: 'multipart', path }, process };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

let folder: string | undefined;

/** Compiles one of the C programs here. @returns the path of the program. */
function compiled(program: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'framewire-bench-'));
  const path = join(folder, program);
  if (existsSync(path)) return path;
  const made = spawnSync('cc', ['-O2', '-o', path, here(`floor/${program}.c`)], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`floor/${program}.c does not compile: ${made.stderr}`);
  return path;
}
