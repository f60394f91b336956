import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import { DEBIAN_PYTHON, missing } from '../../support/requires.js';
import { run, type Run } from '../../support/run.js';
import { benchCamera, FPS, QUALITY, SIZE } from '../contenders.js';
import type { WatchOrder } from './watch-report.js';

/** Something that serves pictures, and how a viewer asks for them. */
export interface LinkContender {
  readonly key: string;
  readonly name: string;
  /** Why it cannot run here. */
  readonly skip: string | undefined;
  /** @param namespace where it runs; undefined: here. @param hasTls only Framewire can. */
  start(host: string, namespace: string | undefined, hasTls: boolean): Promise<Run>;
  order(base: string): Pick<Extract<WatchOrder, { kind: 'multipart' }>, 'kind' | 'url' | 'accept'> | WebSocketOrder;
}

type WebSocketOrder = Pick<Extract<WatchOrder, { kind: 'websocket' | 'bare' }>, 'kind' | 'url' | 'subscribe'>;

export const PORT = 8097;

/** So that no row leaves anything behind at home. */
const stateFolder = mkdtempSync(join(tmpdir(), 'framewire-bench-'));
process.once('exit', () => rmSync(stateFolder, { recursive: true, force: true }));

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const main = here('../../../server/dist/main.js');
const flaskScript = here('../../../../shared/measure/seed_flask_shared.py');

export function linkContenders(): LinkContender[] {
  const camera = benchCamera({ formats: ['YUYV'] });
  const env = camera.skip === undefined ? camera.env : {};
  const start = async (command: string, args: readonly string[], namespace: string | undefined): Promise<Run> => {
    const full = namespace === undefined ? [command, ...args] : ['ip', 'netns', 'exec', namespace, command, ...args];
    const [program = command, ...rest] = full;
    return run(program, rest, {
      env: { ...env, PORT: String(PORT), QUALITY: String(QUALITY), XDG_STATE_HOME: stateFolder },
    });
  };
  const framewire = (key: string, name: string, order: LinkContender['order']): LinkContender => ({
    key,
    name: `Framewire, ${name}`,
    skip: camera.skip,
    order,
    async start(host, namespace, hasTls) {
      const source = ['--source', '/dev/video0', '--size', SIZE, '--fps', String(FPS)];
      const place = ['--host', host, '--port', String(PORT), '--auth', 'none'];
      const args = [main, ...source, ...place, ...(hasTls ? ['--tls'] : [])];
      const server = await start(process.execPath, args, namespace);
      await server.waitForOutput(/Open: +http/);
      return server;
    },
  });
  const ws = (mode: string) => (url: string) => {
    const subscribe = JSON.stringify({ type: 'subscribe', quality: QUALITY, mode });
    return { kind: 'websocket' as const, url, subscribe };
  };
  const bare = (url: string) => {
    const subscribe = JSON.stringify({ type: 'subscribe', quality: QUALITY, headers: false });
    return { kind: 'bare' as const, url, subscribe };
  };
  const multipart = (path: string, accept = '*/*') => {
    return (url: string) => ({ kind: 'multipart' as const, url: url + path, accept });
  };
  return [
    framewire('ws', 'WebSocket', ws('auto')),
    framewire('ws-fixed', 'WebSocket, fixed', ws('fixed')),
    framewire('bare', 'WebSocket without headers', bare),
    framewire('feed', '/video_feed, a program', multipart(`/video_feed?quality=${QUALITY}`)),
    framewire('feed-browser', '/video_feed, a browser', multipart(`/video_feed?quality=${QUALITY}`, 'image/*')),
    framewire('feed-fixed', '/video_feed, fixed', multipart(`/video_feed?quality=${QUALITY}&mode=fixed`)),
    {
      key: 'flask',
      name: 'Flask, one capture thread for all',
      skip:
        camera.skip ??
        (existsSync(flaskScript) ? missing('python3-flask', 'python3-opencv') : 'needs ../shared/measure'),
      order: multipart('/video_feed'),
      start: async (_, namespace) => listening(await start(DEBIAN_PYTHON, [flaskScript], namespace), /Running on/),
    },
    {
      key: 'ustreamer',
      name: 'ustreamer',
      skip: camera.skip ?? missing('ustreamer'),
      order: multipart('/stream'),
      start: async (host, namespace) => {
        const options = ['--resolution', SIZE, '--desired-fps', String(FPS), '--quality', String(QUALITY)];
        const place = ['--host', host, '--port', String(PORT), '--format', 'YUYV'];
        return listening(await start('ustreamer', [...place, ...options], namespace), /Listening HTTP/);
      },
    },
  ];
}

/** @param sign what it prints once it listens, on either of its outputs. */
async function listening(server: Run, sign: RegExp): Promise<Run> {
  try {
    await eventually(() => sign.test(server.output()), 'server that listens');
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
