import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { childrenOf } from '../support/processes.js';
import { EarlyExit, startServer } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

const SOURCE = ['--source', 'test', '--size', '320x240'];

const isPlaceholder = ({ header }: Viewer['frames'][number]) => header?.placeholder === true;

async function silentSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What comes back for a page, until the connection ends; nothing when it is cut. */
async function answer(port: number): Promise<string> {
  const socket = await silentSocket(port);
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise(resolve => socket.once('close', resolve));
  return text;
}

/** How many files a running process may have open. */
function limitFiles(pid: number, most: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:4096`]);
}

describe.skipIf(process.platform !== 'linux')('a server that is short of descriptors', () => {
  it('from the start ends with a sentence', async () => {
    const start = await startServer(SOURCE, { limit: 48 }).catch((error: unknown) => error);
    if (!(start instanceof EarlyExit)) throw new Error('It started.');
    expect(start.exit.code).toBe(3);
    expect(start.output).toBe(
      'This process may open fewer files than Framewire needs to start.\nRaise the limit: ulimit -n 1024 [too-few-files]\n',
    );
  });

  it.each([
    [64, 10],
    [128, 20],
  ])('of %d serves as many as it can, tells the others, and has room again', async (limit, most) => {
    await using server = await startServer(SOURCE, { limit });
    const viewers = await Promise.all(Array.from({ length: most }, () => Viewer.open(server.url)));
    try {
      const silent = await Promise.all(Array.from({ length: 150 }, () => silentSocket(server.port)));
      await eventually(async () => (await answer(server.port)).includes('"code":"too-many-connections"'), 'refusal');
      const [engine = 0] = childrenOf(server.pid);
      process.kill(engine, 'SIGKILL');
      await eventually(() => viewers.every(({ frames }) => frames.some(isPlaceholder)), 'placeholder for all');
      await Promise.all(viewers.map(viewer => viewer.nextFrames(20)));
      expect(viewers.every(({ isOpen }) => isOpen)).toBe(true);
      silent.forEach(socket => socket.destroy());
      await eventually(async () => (await answer(server.port)).startsWith('HTTP/1.1 200'), 'page');
    } finally {
      await Promise.all(viewers.map(viewer => viewer[Symbol.asyncDispose]()));
    }
    expect(server.output()).not.toMatch(/EMFILE| at /);
  });

  it('keeps its viewers when its engine cannot be started, says why, and heals', async () => {
    await using server = await startServer(SOURCE);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(2);
    limitFiles(server.pid, 10);
    const [engine = 0] = childrenOf(server.pid);
    process.kill(engine, 'SIGKILL');
    const lost = await viewer.message(
      'source',
      ({ state, ...rest }) => state === 'lost' && JSON.stringify(rest).includes('could not be started'),
    );
    const reason =
      'The engine could not be started: this server has as many files and connections open as it may have. It is started again.';
    expect(lost).toMatchObject({ code: 'engine-crashed', reason });
    limitFiles(server.pid, 4096);
    await viewer.nextFrames(5);
    expect(viewer.isOpen).toBe(true);
  });
});
