import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pair } from '../../../../server/src/tls/certificate.js';
import { cipherOrder } from '../../../../server/src/transport/listen/ciphers.js';
import { listen, type Listeners, type ListenOptions } from '../../../../server/src/transport/listen/listeners.js';
import { rawSocketOf } from '../../../../server/src/transport/kernel/raw-socket.js';
import { eventually } from '../../../support/eventually.js';
import { madeUpPair } from '../../../support/tls.js';
import { RawClient } from '../raw-client.js';

const HOST = 'Host: localhost';
const GET = ['GET / HTTP/1.1', HOST];

/** How a hello begins: a record of 512 bytes of which none follow. */
const HALF_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);

const first = madeUpPair();
const second = madeUpPair();

const DEFAULTS: ListenOptions = {
  host: '127.0.0.1',
  port: 0,
  maxConnections: 100,
  onRefused: () => undefined,
  onRequest: (_, response) => response.end('here'),
  onUpgrade: (_, socket) => socket.destroy(),
  onError: () => undefined,
};

describe('one port for TLS and plain HTTP', () => {
  let listeners: Listeners;
  let port: number;
  let renew: (pair: Pair) => void;
  /** What was asked over a connection that was let through. */
  let asked: string[];

  async function open(options: Partial<ListenOptions> = {}): Promise<void> {
    asked = [];
    const tls: ListenOptions['tls'] = {
      pair: first,
      onChange: listener => {
        renew = listener;
      },
    };
    listeners = await listen({
      ...DEFAULTS,
      tls,
      onRequest: ({ url = '' }, response) => {
        asked.push(url);
        response.end('here');
      },
      ...options,
    });
    port = Number(new URL(listeners.reach.local[0] ?? '').port);
  }
  beforeEach(() => open());
  afterEach(() => listeners.close());

  it('answers by https and names that address', async () => {
    expect(listeners.reach.local).toEqual([`https://127.0.0.1:${port}/`]);
    using client = await RawClient.openSecure(port, first.ca);
    client.say('GET /1 HTTP/1.1', HOST, '', 'GET /2 HTTP/1.1', HOST);
    await eventually(() => client.received.split('here').length === 3, 'two answers');
    expect(asked).toEqual(['/1', '/2']);
  });

  it('understands clients that send byte by byte', async () => {
    using plain = await RawClient.open(port);
    for (const sign of `${GET.join('\r\n')}\r\n\r\n`) {
      plain.write(sign);
      await new Promise(resolve => setImmediate(resolve));
    }
    await plain.hears('308');
    expect(asked).toEqual([]);
  });

  it.each(['GET', 'HEAD'])('sends who asks with %s by plain HTTP to the same place by https', async method => {
    using client = await RawClient.open(port);
    client.say(`${method} /video_feed?width=640&fps=10 HTTP/1.1`, `Host: localhost:${port}`);
    await client.ends();
    expect(client.received).toMatch(/^HTTP\/1\.1 308 /);
    expect(client.received).toContain(`Location: https://localhost:${port}/video_feed?width=640&fps=10\r\n`);
    expect(asked).toEqual([]);
  });

  it.each([
    ['with POST', ['POST / HTTP/1.1', HOST, 'Content-Length: 0']],
    ['at the WebSocket', ['GET /ws?origin=x HTTP/1.1', HOST]],
    ['for a WebSocket', ['GET /ws HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket']],
    ['for another protocol', [...GET, 'Connection: Upgrade', 'Upgrade: h2c']],
    ['a proxy for another host', ['GET http://bank.example/ HTTP/1.1', HOST]],
    ['without a host', ['GET / HTTP/1.0']],
  ])('tells who asks %s by plain HTTP to use https', async (_, lines) => {
    using client = await RawClient.open(port);
    client.say(...lines);
    await client.ends();
    expect(client.received).toMatch(
      /^HTTP\/1\.1 426 [^]*"code":"tls-required","message":"This server speaks https only\."/,
    );
    expect(asked).toEqual([]);
  });

  it('gives by plain HTTP what a device needs before it can trust it, and nothing that only looks so', async () => {
    using client = await RawClient.open(port);
    client.say('GET /ca.crt HTTP/1.1', HOST, '', 'GET /trust HTTP/1.1', HOST);
    await eventually(() => asked.length === 2, 'answers');
    client.say('GET /readyz?stream=gate HTTP/1.1', HOST);
    await client.ends();
    expect(asked).toEqual(['/ca.crt', '/trust']);
  });

  it('keeps what holds for one connection: floods end, requests wait in line, other protocols stay plain', async () => {
    const answers: (() => void)[] = [];
    await listeners.close();
    await open({ onRequest: (_, response) => void answers.push(() => response.end('here')) });
    using flood = await RawClient.openSecure(port, first.ca);
    flood.say(...Array.from({ length: 2000 }, () => [...GET, '']).flat());
    await flood.ends();
    expect(answers).toHaveLength(1);
    using queue = await RawClient.openSecure(port, first.ca);
    queue.say(...GET, '', ...GET, 'Connection: Upgrade', 'Upgrade: h2c');
    await queue.ends();
    using polite = await RawClient.openSecure(port, first.ca);
    polite.say(...GET, 'Connection: Upgrade', 'Upgrade: h2c');
    await eventually(() => answers.length === 3, 'request without its offer');
    answers[2]?.();
    await polite.hears('here');
  });

  it('tells who comes beyond the limit so, by https as well, and lets the next one in', async () => {
    const refused: string[] = [];
    await listeners.close();
    await open({ maxConnections: 1, onRefused: reason => void refused.push(reason.code) });
    const places = [await RawClient.openSecure(port, first.ca)];
    using beyond = await RawClient.openSecure(port, first.ca);
    beyond.say(...GET);
    await beyond.ends();
    expect(beyond.received).toMatch(/^HTTP\/1\.1 503 [^]*too-many-connections/);
    expect(refused).toEqual(['too-many-connections']);
    places[0]?.[Symbol.dispose]();
    await eventually(async () => {
      using next = await RawClient.openSecure(port, first.ca);
      next.say(...GET);
      await next.ends().catch(() => undefined);
      return next.received.includes('here') || asked.length > 0;
    }, 'place that is free again');
  });

  it('shows another certificate to who comes next, and leaves the others alone', async () => {
    using before = await RawClient.openSecure(port, first.ca);
    renew(second);
    await expect(RawClient.openSecure(port, first.ca)).rejects.toThrow(/certificate/);
    using after = await RawClient.openSecure(port, second.ca);
    for (const client of [before, after]) {
      client.say(...GET);
      await client.hears('here');
    }
  });

  it('speaks HTTP/1.1 in TLS 1.2 and 1.3, and nothing older', async () => {
    const spoken = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
      const ciphers = version === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {};
      const options = { minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'], ...ciphers };
      const socket = connect({ port, host: '127.0.0.1', ca: first.ca, ...options });
      await once(socket, 'secureConnect');
      const said = [socket.getProtocol(), socket.alpnProtocol, socket.getCipher().name];
      socket.destroy();
      return said;
    };
    expect(await spoken('TLSv1.3')).toEqual(['TLSv1.3', 'http/1.1', expect.stringMatching(/GCM|CHACHA/)]);
    expect(await spoken('TLSv1.2')).toEqual(['TLSv1.2', 'http/1.1', expect.stringMatching(/GCM|CHACHA/)]);
    await expect(spoken('TLSv1.1')).rejects.toThrow(/protocol|alert/);
  });

  it.concurrent.each<[string, (at: number) => Promise<RawClient>]>([
    ['says nothing', at => RawClient.open(at)],
    [
      'never ends its hello',
      async at => {
        const client = await RawClient.open(at);
        client.write(HALF_HELLO);
        return client;
      },
    ],
    [
      'never ends its request by plain HTTP',
      async at => {
        const client = await RawClient.open(at);
        client.write('GET / HTTP/1.1\r\nHost: loc');
        return client;
      },
    ],
    ['says nothing by https', at => RawClient.openSecure(at, first.ca)],
    [
      'never ends its request by https',
      async at => {
        const client = await RawClient.openSecure(at, first.ca);
        client.write('GET / HTTP/1.1\r\nHost: loc');
        return client;
      },
    ],
  ])('hangs up on who %s', async (_, connectTo) => {
    const own = await listen({ ...DEFAULTS, tls: { pair: first, onChange: () => undefined } });
    using client = await connectTo(Number(new URL(own.reach.local[0] ?? '').port));
    await client.ends();
    expect(client.received).not.toContain('here');
    await own.close();
  });

  it('ends with all its connections, whatever has become of them', async () => {
    using silent = await RawClient.open(port);
    using hello = await RawClient.open(port);
    hello.write(HALF_HELLO);
    using idle = await RawClient.openSecure(port, first.ca);
    await listeners.close();
    for (const client of [silent, hello, idle]) await client.ends();
    await open();
    expect(listeners.reach.local).toHaveLength(1);
  });

  it('knows what the kernel has been given, below the encryption', async () => {
    const counts: { plain: number; kernel: number }[] = [];
    await listeners.close();
    await open({
      onRequest: ({ socket }, response) => {
        response.end('x'.repeat(50_000), () => {
          counts.push({ plain: socket.bytesWritten, kernel: rawSocketOf(socket).bytesWritten });
        });
      },
    });
    using client = await RawClient.openSecure(port, first.ca);
    client.say(...GET);
    await eventually(() => counts.length === 1, 'answer');
    const [{ plain, kernel } = { plain: 0, kernel: 0 }] = counts;
    expect(plain).toBeGreaterThan(50_000);
    expect(kernel).toBeGreaterThan(plain);
  });
});

describe('the order of ciphers', () => {
  it.each([
    ['a PC', 'flags\t\t: fpu aes avx', 'TLS_AES_128_GCM_SHA256'],
    ['a Raspberry Pi 5', 'Features\t: fp asimd aes pmull', 'TLS_AES_128_GCM_SHA256'],
    ['a Raspberry Pi 4', 'Features\t: fp asimd evtstrm crc32 cpuid', 'TLS_CHACHA20_POLY1305_SHA256'],
    ['a system that does not say', '', 'TLS_AES_128_GCM_SHA256'],
  ])('begins on %s with what is cheapest there', (_, cpuinfo, cipher) => {
    expect(cipherOrder(cpuinfo).split(':')[0]).toBe(cipher);
  });
});
