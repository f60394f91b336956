import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, type ListenOptions } from '../../../server/src/transport/listeners.js';

const hasIpv6 = Object.values(networkInterfaces()).some(
  list => list?.some(({ address }) => address === '::1') === true,
);

const options = (host: string, port = 0): ListenOptions => ({
  host,
  port,
  onRequest: (_, response) => response.end('here'),
  onUpgrade: (_, socket) => socket.destroy(),
});

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
    const server = createServer();
    others.push(server);
    server.listen({ host, port, ipv6Only: host.includes(':') });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it.skipIf(!hasIpv6)('answer on IPv4 and IPv6, on the same port, also when any will do', async () => {
    const listeners = await listen(options('localhost'));
    const { local, network } = listeners.urls;
    const port = portOf(local[0]);
    expect(port).toBeGreaterThan(0);
    expect(local).toEqual([`http://127.0.0.1:${port}/`, `http://[::1]:${port}/`]);
    expect(network).toEqual([]);
    expect(await Promise.all(local.map(read))).toEqual(['here', 'here']);
    await listeners.close();
  });

  it('answer on one address when one is given', async () => {
    const listeners = await listen(options('127.0.0.1'));
    expect(listeners.urls.local).toHaveLength(1);
    expect(await read(listeners.urls.local[0] ?? '')).toBe('here');
    await listeners.close();
  });

  it.skipIf(!hasIpv6)('answer on all addresses of both families, and name those of the network', async () => {
    const listeners = await listen(options('::'));
    const port = portOf(listeners.urls.local[0]);
    expect(listeners.urls.local).toEqual([`http://127.0.0.1:${port}/`]);
    expect(await read(`http://[::1]:${port}/`)).toBe('here');
    expect(await read(`http://127.0.0.1:${port}/`)).toBe('here');
    for (const url of listeners.urls.network) expect(new URL(url).hostname).not.toMatch(/^(127\.|\[::1\]|\[fe80)/);
    await listeners.close();
  });

  it('leave the port free again', async () => {
    const listeners = await listen(options('127.0.0.1'));
    const port = portOf(listeners.urls.local[0]);
    await listeners.close();
    const again = await listen(options('127.0.0.1', port));
    expect(again.urls.local).toEqual([`http://127.0.0.1:${port}/`]);
    await again.close();
  });

  it.each(['127.0.0.1', '::1'])('refuse a port that another program has on %s, and let go of the rest', async host => {
    if (!hasIpv6 && host === '::1') return;
    const port = await occupy(host);
    await expect(listen(options('localhost', port))).rejects.toMatchObject({
      code: 'port-in-use',
      exitCode: 3,
      message: `Port ${port} of ${host} is used by another program.`,
      hint: `Stop the other program, or choose another port: --port ${port + 1} (0: any that is free)`,
    });
    // Whatever was opened before is closed: this program can have the other family's port.
    await expect(occupy(host === '::1' ? '127.0.0.1' : '::1', port)).resolves.toBe(port);
  });

  it.each(['no-such-host.invalid', '203.0.113.7'])('refuse %s, which is no address of this machine', async host => {
    await expect(listen(options(host))).rejects.toMatchObject({
      code: 'host-unavailable',
      exitCode: 3,
      message: `This machine has no address ${host}.`,
    });
  });
});
