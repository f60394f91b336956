import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen, type ListenOptions } from '../../../../server/src/transport/listen/listeners.js';
import { eventually } from '../../../support/eventually.js';
import { missing, skipBecause } from '../../../support/requires.js';
import { madeUpPair } from '../../../support/tls.js';
import { RawClient } from '../raw-client.js';

const noIpv6 = missing('IPv6 on the loopback');

const options = (host: string, port = 0): ListenOptions => ({
  host,
  port,
  maxConnections: 1000,
  onRefused: () => undefined,
  onRequest: (_, response) => response.end('here'),
  onUpgrade: (_, socket) => socket.destroy(),
  onError: () => undefined,
});

const offering = (protocol: string) => ['Host: localhost', 'Connection: Upgrade', `Upgrade: ${protocol}`];

const portOf = (url = '') => Number(new URL(url).port);
const read = async (url: string) => (await fetch(url)).text();

describe('the listeners', () => {
  const others: Server[] = [];
  afterEach(async () => {
    await Promise.all(
      others.splice(0).map(async server => {
        server.close();
        await once(server, 'close');
      }),
    );
  });

  /** Another program, that listens there. */
  async function occupy(host: string, port = 0): Promise<number> {
    const server = createServer(socket => socket.destroy());
    others.push(server);
    server.listen({ host, port, ipv6Only: host.includes(':') });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it.skipIf(noIpv6 !== undefined)('answer on IPv4 and IPv6, on the same port, also when any will do', async () => {
    const listeners = await listen(options('localhost'));
    const { local, network } = listeners.reach;
    const port = portOf(local[0]);
    expect(port).toBeGreaterThan(0);
    expect(local).toEqual([`http://127.0.0.1:${port}/`, `http://[::1]:${port}/`]);
    expect(network).toEqual([]);
    expect(await Promise.all(local.map(read))).toEqual(['here', 'here']);
    await listeners.close();
  });

  it('answer on one address when one is given', async () => {
    const listeners = await listen(options('127.0.0.1'));
    expect(listeners.reach.local).toHaveLength(1);
    expect(await read(listeners.reach.local[0] ?? '')).toBe('here');
    await listeners.close();
  });

  it.skipIf(noIpv6 !== undefined)(
    'answer on all addresses of both families, and name those of the network',
    async () => {
      const listeners = await listen(options('::'));
      const port = portOf(listeners.reach.local[0]);
      expect(listeners.reach.local).toEqual([`http://127.0.0.1:${port}/`]);
      expect(await read(`http://[::1]:${port}/`)).toBe('here');
      expect(await read(`http://127.0.0.1:${port}/`)).toBe('here');
      for (const url of listeners.reach.network) expect(new URL(url).hostname).not.toMatch(/^(127\.|\[::1\]|\[fe80)/);
      await listeners.close();
    },
  );

  it.each(['h2c', 'TLS/1.0', 'h2c, irc/6.9'])(
    'answer a request that offers %s in plain HTTP, as everything that follows on its connection',
    async offer => {
      const asked: unknown[] = [];
      const listeners = await listen({
        ...options('127.0.0.1'),
        onRequest: ({ url, headers }, response) => {
          asked.push([url, headers['x-name'], headers.upgrade]);
          response.end('x'.repeat(100_000));
        },
      });
      using client = await RawClient.open(portOf(listeners.reach.local[0]));
      const answers = () => client.received.split(/x{100000}/).length - 1;
      for (const path of ['/1', '/2']) {
        client.say(`GET ${path} HTTP/1.1`, 'X-Name: Zoë', ...offering(offer));
        await eventually(() => answers() === asked.length && answers() > 0, 'answer');
      }
      client.say('GET /3 HTTP/1.1', 'Host: localhost');
      await eventually(() => answers() === 3, 'third answer');
      // Headers are latin1, whatever the client takes them for.
      const name = 'Zo\u00C3\u00AB';
      expect(asked).toEqual([
        ['/1', name, undefined],
        ['/2', name, undefined],
        ['/3', undefined, undefined],
      ]);
      await listeners.close();
      await client.ends();
    },
  );

  it.each([
    ['a WebSocket', 'h2c, WebSocket', ['GET / HTTP/1.1']],
    ['another protocol with a body, which may be lost', 'h2c', ['GET / HTTP/1.1', 'Content-Length: 2']],
    ['another protocol by POST', 'h2c', ['POST / HTTP/1.1']],
  ])('leave a request that offers %s to who takes upgrades', async (_, offer, lines) => {
    let method: string | undefined;
    const listeners = await listen({
      ...options('127.0.0.1'),
      onUpgrade: (request, socket) => {
        ({ method } = request);
        socket.destroy();
      },
    });
    using client = await RawClient.open(portOf(listeners.reach.local[0]));
    client.say(...lines, ...offering(offer));
    await client.ends();
    expect(client.received).toBe('');
    expect(method).toBe(lines[0]?.split(' ')[0]);
    await listeners.close();
  });

  it.each(['h2c', 'websocket'])('end a connection that offers %s while it waits for an answer', async offer => {
    const taken = vi.fn<() => void>();
    const listeners = await listen({ ...options('127.0.0.1'), onRequest: () => undefined, onUpgrade: taken });
    using client = await RawClient.open(portOf(listeners.reach.local[0]));
    client.say('GET /1 HTTP/1.1', 'Host: localhost', '', 'GET /2 HTTP/1.1', ...offering(offer));
    await client.ends();
    expect(taken).not.toHaveBeenCalled();
    await listeners.close();
  });

  it.each([
    ['a URL that is too long', [`GET /${'x'.repeat(17_000)} HTTP/1.1`], 431, 'request-too-long'],
    ['headers that are too long', ['GET / HTTP/1.1', `X-Name: ${'x'.repeat(17_000)}`], 431, 'request-too-long'],
    ['a method that there is not', ['BREW / HTTP/1.1'], 400, 'bad-request'],
    ['what is no HTTP', ['hello there'], 400, 'bad-request'],
  ])('refuse %s with a sentence, and hang up', async (_, lines, status, code) => {
    const listeners = await listen(options('127.0.0.1'));
    using client = await RawClient.open(portOf(listeners.reach.local[0]));
    client.say(...lines, 'Host: localhost');
    await client.ends();
    expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"code":"${code}","message":"[A-Z].+\\."`));
    await listeners.close();
  });

  it('say nothing about bad HTTP into the middle of an answer', async () => {
    const listeners = await listen({ ...options('127.0.0.1'), onRequest: (_, response) => response.write('begun') });
    using client = await RawClient.open(portOf(listeners.reach.local[0]));
    client.say('GET / HTTP/1.1', 'Host: localhost');
    await client.hears('begun');
    client.say('hello there');
    await client.ends();
    expect(client.received).toMatch(/begun\r\n$/);
    await listeners.close();
  });

  it('close a silent connection without a word, whatever it asked before, and say that half a request took too long', async () => {
    const plain = await listen(options('127.0.0.1'));
    const pair = madeUpPair();
    const secure = await listen({ ...options('127.0.0.1'), tls: { pair, onChange: () => undefined } });
    const port = portOf(plain.reach.local[0]);
    using silent = await RawClient.open(port);
    using silentSecure = await RawClient.openSecure(portOf(secure.reach.local[0]), pair.ca);
    using answered = await RawClient.open(port);
    using half = await RawClient.open(port);
    answered.say('GET / HTTP/1.1', 'Host: localhost');
    half.write('GET / HTTP/1.1\r\nHost: local');
    await Promise.all([silent, silentSecure, answered, half].map(client => client.ends()));
    expect([silent.received, silentSecure.received]).toEqual(['', '']);
    expect(answered.received).toMatch(/^HTTP\/1\.1 200 [^]*here/);
    expect(answered.received).not.toContain('408');
    expect(half.received).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request-timeout"/);
    await Promise.all([plain.close(), secure.close()]);
  });

  it('outlive a connection that cannot be accepted, and tell of it', async () => {
    const listening = vi.spyOn(Server.prototype, 'listen');
    const told: unknown[] = [];
    const listeners = await listen({ ...options('127.0.0.1'), onError: error => told.push(error) });
    const [server] = listening.mock.contexts;
    listening.mockRestore();
    if (!(server instanceof Server)) throw new Error('Nothing listens.');
    // As Node says that the whole system has no descriptor left; where only this process has none, libuv hangs up.
    const error = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE', syscall: 'accept' });
    server.emit('error', error);
    expect(told).toEqual([error]);
    expect(await read(listeners.reach.local[0] ?? '')).toBe('here');
    await listeners.close();
  });

  it('leave the port free again', async () => {
    const listeners = await listen(options('127.0.0.1'));
    const port = portOf(listeners.reach.local[0]);
    await listeners.close();
    const again = await listen(options('127.0.0.1', port));
    expect(again.reach.local).toEqual([`http://127.0.0.1:${port}/`]);
    await again.close();
  });

  it.for(['127.0.0.1', '::1'])(
    'refuse a port of %s that another has, and let go of the rest',
    async (host, context) => {
      skipBecause(context, noIpv6);
      const port = await occupy(host);
      await expect(listen(options('localhost', port))).rejects.toMatchObject({
        code: 'port-in-use',
        exitCode: 3,
        message: `Port ${port} of ${host} is used by another program.`,
        hint: `Stop the other program, or choose another port: --port ${port + 1} (0: any that is free)`,
      });
      // Whatever was opened before is closed: this program can have the other family's port.
      await expect(occupy(host === '::1' ? '127.0.0.1' : '::1', port)).resolves.toBe(port);
    },
  );

  it('say so when it is another Framewire that has the port', async () => {
    const first = await listen({
      ...options('127.0.0.1'),
      onRequest: (_, response) => response.end(JSON.stringify({ server: 'framewire 0.1.0', streams: [] })),
    });
    const port = portOf(first.reach.local[0]);
    await expect(listen(options('127.0.0.1', port))).rejects.toMatchObject({
      code: 'port-in-use',
      message: `Another Framewire runs on port ${port} already: http://127.0.0.1:${port}/`,
    });
    await first.close();
  });

  it.each(['no-such-host.invalid', '203.0.113.7'])('refuse %s, which is no address of this machine', async host => {
    await expect(listen(options(host))).rejects.toMatchObject({
      code: 'host-unavailable',
      exitCode: 3,
      message: `This machine has no address ${host}.`,
    });
  });
});
