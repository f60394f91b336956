import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { NearbyReader } from '../../../../server/src/transport/kernel/nearby-reader.js';
import { eventually } from '../../../support/eventually.js';
import { missing, skipBecause } from '../../../support/requires.js';

/** More than fits into what the reader's kernel has room for. */
const BYTES = 300_000;

describe.runIf(process.platform === 'linux')('a program on this machine', () => {
  it.for([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['::', '127.0.0.1'],
  ] as const)('leaves unread what is known (server on %s, reader at %s)', async ([host, address], context) => {
    if (host !== address || host === '::1') skipBecause(context, missing('IPv6 on the loopback'));
    await using served = await listening(host);
    const reader = connect(served.port, address);
    reader.pause();
    const values: unknown[] = await once(served.server, 'connection');
    const [socket] = values;
    if (!(socket instanceof Socket)) throw new Error('No socket.');
    const nearby = NearbyReader.of(socket);
    const unread = () => new Promise<number>(resolve => nearby?.look(resolve));
    socket.write(Buffer.alloc(BYTES));
    await eventually(async () => (await unread()) === BYTES, 'bytes that nobody reads');
    expect(nearby?.unreadBytes).toBe(BYTES);
    reader.resume();
    await eventually(async () => (await unread()) === 0, 'a reader');
    reader.destroy();
    await once(socket.resume(), 'close');
    expect(await unread()).toBe(0);
  });

  it('is told from one on another', async () => {
    await using served = await listening('127.0.0.2');
    const reader = connect({ port: served.port, host: '127.0.0.2', localAddress: '127.0.0.3' });
    const values: unknown[] = await once(served.server, 'connection');
    const [socket] = values;
    expect(socket instanceof Socket && NearbyReader.of(socket)).toBeUndefined();
    reader.destroy();
  });
});

async function listening(host: string) {
  const server = createServer();
  await once(server.listen(0, host), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No port.');
  const close = async () => void (await once(server.close(), 'close'));
  return { server, port: address.port, [Symbol.asyncDispose]: close };
}
