import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EmulatedLink } from './emulated-link.js';
import { eventually } from '../eventually.js';

/** A server that does `greet` to each connection, and a link before it. */
async function behind(
  greet: (socket: Socket) => void,
  options: Parameters<typeof EmulatedLink.start>[1],
): Promise<{ link: EmulatedLink } & AsyncDisposable> {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    greet(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  const { port } = address;
  const link = await EmulatedLink.start({ host: '127.0.0.1', port }, options);
  return {
    link,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', piece => pieces.push(piece));
  await once(socket, 'end');
  socket.end();
  return Buffer.concat(pieces);
}

describe('an emulated link', () => {
  it('carries bytes unchanged and in order, at its rate, through jitter and glue', async () => {
    const sent = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));
    await using path = await behind(socket => socket.end(sent), { rate: 1e6, jitterMs: 5, glueMs: 10 });
    const from = performance.now();
    const got = await readAll(connect(path.link.port, '127.0.0.1'));
    expect(got.equals(sent)).toBe(true);
    expect(performance.now() - from).toBeGreaterThan(750);
  });

  it('takes its time for there and back', async () => {
    await using path = await behind(socket => socket.pipe(socket), { rttMs: 60 });
    const socket = connect(path.link.port, '127.0.0.1');
    const from = performance.now();
    socket.write('?');
    await once(socket, 'data');
    expect(performance.now() - from).toBeGreaterThanOrEqual(59);
    socket.destroy();
  });

  it('passes nothing while it is paused, and all of it then', async () => {
    await using path = await behind(socket => socket.pipe(socket), {});
    const socket = connect(path.link.port, '127.0.0.1');
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => (got += text));
    socket.write('a');
    await eventually(() => got === 'a', 'the first byte');
    await path.link.pause();
    socket.write('b');
    await path.link.set({ rate: 1e6 });
    expect(got).toBe('a');
    await path.link.resume();
    await eventually(() => got === 'ab', 'the second byte');
    socket.destroy();
  });
});
