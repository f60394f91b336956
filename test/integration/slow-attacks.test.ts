import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type FramewireClient } from '@framewire/client';
import { startServer, type Server } from '../support/server/server.js';

/** Of each kind at the same time. */
const MANY = 100;

/** What the server may hold for all of them together, and for what it does meanwhile, bytes. */
const MEMORY = 80e6;

/** Of the pictures that were captured, the honest viewer gets so many: it is the attack that may not cost it any. */
const SHARE = 0.5;

/** What a connection says before it says nothing more. */
const HALVES: Record<string, (port: number) => Socket> = {
  'says nothing': port => connectTcp(port, '127.0.0.1'),
  'says half a TLS hello': port => saying(connectTcp(port, '127.0.0.1'), Buffer.from('16030102000100', 'hex')),
  'says half a request': port => saying(connectTcp(port, '127.0.0.1'), 'GET / HTTP/1.1\r\nHost: localhost\r\nX-'),
  'says a byte of a request now and then': port => {
    const socket = saying(connectTcp(port, '127.0.0.1'), 'GET / HTTP/1.1\r\nX-Long: ');
    const timer = setInterval(() => socket.write('x'), 1000);
    return socket.once('close', () => clearInterval(timer));
  },
  'says nothing within TLS': port => encrypted(port),
  'says half a request within TLS': port => saying(encrypted(port), 'GET / HTTP/1.1\r\nHost: localhost\r\nX-'),
};

function encrypted(port: number): Socket {
  return connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
}

function saying(socket: Socket, text: string | Buffer): Socket {
  socket.write(text);
  return socket;
}

/** Waits until the server has ended all of them. */
async function ended(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map(async socket => {
      // A reset is as good an end as any.
      socket.on('error', () => undefined).resume();
      if (!socket.closed) await once(socket, 'close');
    }),
  );
}

function memoryOf({ pid }: Server): number {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

describe('a server with TLS, attacked slowly', () => {
  let server: Server;
  let honest: FramewireClient;
  const seqs: number[] = [];

  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '320x240', '--auth', 'none', '--tls']);
    const ca = await (await fetch(`${server.url.replace('https', 'http')}/ca.crt`)).text();
    honest = await connect(server.url, { ca });
    await honest.subscribe();
    void (async () => {
      for await (const { seq } of honest.frames()) seqs.push(seq);
    })();
  });
  afterAll(async () => {
    honest.close();
    await server.stop();
  });

  it(
    'lets go of who says nothing, or half of something, and its viewer gets its pictures',
    { timeout: 90_000 },
    async () => {
      const before = memoryOf(server);
      const sockets = Object.values(HALVES).flatMap(open => Array.from({ length: MANY }, () => open(server.port)));
      const since = seqs.length;
      let most = 0;
      const watching = setInterval(() => (most = Math.max(most, memoryOf(server))), 200);
      // By itself, within seconds: nobody here ends one.
      await ended(sockets);
      clearInterval(watching);
      expect(most - before).toBeLessThan(MEMORY);
      const got = seqs.slice(since);
      expect(got.length / ((got.at(-1) ?? 0) - (got[0] ?? 0) + 1)).toBeGreaterThan(SHARE);
      expect(honest.connection.state).toBe('open');
    },
  );

  it('ends a message in too many fragments, long before it fills anything', async () => {
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}/ws`, 'framewire.v1', {
      rejectUnauthorized: false,
    });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    for (let i = 0; i < 1000 && socket.readyState === socket.OPEN; i++) socket.send('x', { fin: false });
    const code = await new Promise<number>(resolve => void socket.once('close', resolve));
    expect([1006, 1008]).toContain(code);
    expect(honest.connection.state).toBe('open');
  });
});
