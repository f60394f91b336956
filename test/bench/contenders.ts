import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import {
  fakeCamera,
  type FakeCamera,
  type FakeCameraOptions,
  type NoFakeCamera,
} from '../support/camera/fake-camera.js';
import { DEBIAN_PYTHON, missing } from '../support/requires.js';
import { run, type Run } from '../support/run.js';
import { startServer } from '../support/server/server.js';
import { compiled } from './floor/compiled.js';
import type { Protocol } from './load/plan.js';
import type { FloorKind } from './report/results.js';

/** A contender that listens; its processes end when it is disposed. */
export interface Target extends AsyncDisposable {
  pid: number;
  port: number;
  isSecure: boolean;
  protocol: Protocol;
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
    framewire('ws', 'Framewire, WebSocket', { formats: ['YUYV'] }, subscribe({ quality: QUALITY })),
    framewire(
      'wss',
      'Framewire, WebSocket over TLS',
      { formats: ['YUYV'], args: ['--tls'] },
      subscribe({ quality: QUALITY }),
    ),
    framewire(
      'ws-plain',
      'Framewire, WebSocket, no acknowledgements',
      { formats: ['YUYV'] },
      subscribe({ quality: QUALITY, acks: false }),
    ),
    framewire(
      'ws-mjpg',
      'Framewire, WebSocket, MJPG passed through',
      { formats: ['MJPG'] },
      subscribe({ quality: 'source' }),
    ),
    framewire(
      'feed',
      'Framewire, /video_feed',
      { formats: ['YUYV'] },
      {
        kind: 'multipart',
        path: `/video_feed?quality=${QUALITY}`,
      },
    ),
    flask(),
    ustreamer('ustreamer', 'ustreamer', 'YUYV', []),
    ustreamer('ustreamer-mjpg', 'ustreamer, MJPG passed through', 'MJPG', ['--encoder', 'HW']),
  ];
}

/**
 * What only writes `bytes` to every viewer `FPS` times a second. The last one is answered with as many bytes as an
 * acknowledgement has and reads them: what any Node program pays for knowing what has arrived.
 */
export function floors(bytes: number): Contender[] {
  const args = [String(Math.round(bytes)), String(FPS)];
  const size = `${Math.round(bytes / 1000)} kB`;
  const inC = (): Run => run(compiled('floor'), args);
  const inNode = (): Run => run(process.execPath, [...process.execArgv, here('floor/floor.ts'), ...args]);
  const floor = (key: FloorKind, name: string, start: () => Run): Contender => ({
    key: `${key}-${size}`,
    name: `floor: ${name}, ${size}`,
    skip: key === 'floor-c' ? missing('gcc') : undefined,
    start: async () => {
      const child = start();
      const [, port] = await child.waitForOutput(/:(\d+)\/\n/);
      return target(child, Number(port), { kind: 'marked', answers: key === 'floor-answered' });
    },
  });
  return [
    floor('floor-c', 'one send() a frame, C', inC),
    floor('floor-node', 'one write() a frame, Node', inNode),
    floor('floor-answered', 'the same, answered, Node', inNode),
  ];
}

function framewire(
  key: string,
  name: string,
  { formats, args = [] }: { formats: FakeCameraOptions['formats'] & {}; args?: readonly string[] },
  protocol: Protocol,
): Contender {
  const camera = benchCamera({ formats });
  return withCamera(camera, {
    key,
    name,
    skip: undefined,
    start: async ({ env }) => {
      const folder = mkdtempSync(join(tmpdir(), 'framewire-bench-'));
      const server = await startServer(['--source', '/dev/video0', '--size', SIZE, '--fps', String(FPS), ...args], {
        env: { ...env, XDG_STATE_HOME: folder },
      });
      void server.exited.then(() => rmSync(folder, { recursive: true }));
      return { ...target(server, server.port, protocol), isSecure: server.url.startsWith('https') };
    },
  });
}

function subscribe(wishes: { quality: number | 'source'; acks?: boolean }): Protocol {
  const message = JSON.stringify({ type: 'subscribe', ...wishes });
  return { kind: 'websocket', path: '/ws', subscribe: message, acknowledges: wishes.acks ?? true };
}

function flask(): Contender {
  const script = existsSync(flaskScript) ? undefined : 'needs ../shared/measure, not part of this repository';
  return withCamera(benchCamera({ formats: ['YUYV'] }), {
    key: 'flask',
    name: 'Flask, one capture thread for all',
    skip: script ?? missing('python3-flask', 'python3-opencv'),
    start: async camera => {
      const port = await freePort();
      const env = { ...camera.env, PORT: String(port), QUALITY: String(QUALITY) };
      return listening(run(DEBIAN_PYTHON, [flaskScript], { env }), port, '/video_feed');
    },
  });
}

function ustreamer(key: string, name: string, format: 'YUYV' | 'MJPG', more: readonly string[]): Contender {
  return withCamera(benchCamera({ formats: [format] }), {
    key,
    name,
    skip: missing('ustreamer'),
    start: async ({ env }) => {
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
    },
  });
}

/** All cameras send pictures of the same size and quality, so that what is compared carries the same bytes. */
export function benchCamera(options: FakeCameraOptions): FakeCamera | NoFakeCamera {
  return fakeCamera({ ...options, fps: FPS, quality: QUALITY });
}

/** A contender that can run where there is a fake camera. */
function withCamera(
  camera: FakeCamera | NoFakeCamera,
  contender: Omit<Contender, 'start'> & { start(camera: FakeCamera): Promise<Target> },
): Contender {
  const { key, name, skip } = contender;
  if (camera.skip === undefined) return { key, name, skip, start: () => contender.start(camera) };
  return { key, name, skip: camera.skip, start: () => Promise.reject(new Error(camera.skip)) };
}

/** For servers that do not say when they listen. */
async function listening(process: Run, port: number, path: string): Promise<Target> {
  const ended = process.exited.then(() => {
    throw new Error(`ended early: ${process.output()}`);
  });
  try {
    await Promise.race([eventually(() => isOpen(port), 'open port'), ended]);
    return target(process, port, { kind: 'multipart', path });
  } catch (error) {
    await process.stop();
    throw error;
  }
}

function target(process: Run, port: number, protocol: Protocol): Target {
  return {
    pid: process.pid,
    port,
    isSecure: false,
    protocol,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
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
