import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SharedPages } from '../../../../server/src/transport/kernel/shared-pages.js';
import { eventually } from '../../../support/eventually.js';

/** Both ends of a connection; the receiving one keeps what comes once it is told to read. */
async function connection() {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address.');
  const sender = connect(address.port, '127.0.0.1');
  const values: unknown[] = await once(server, 'connection');
  const [receiver] = values;
  if (!(receiver instanceof Socket)) throw new Error('No connection.');
  await eventually(() => !sender.connecting, 'a connection');
  const chunks: Buffer[] = [];
  return {
    sender,
    read: () => void receiver.on('data', chunk => chunks.push(chunk)).resume(),
    received: () => Buffer.concat(chunks),
    [Symbol.dispose]: () => {
      sender.destroy();
      receiver.destroy();
      server.close();
    },
  };
}

const filled = (length: number, seed: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + seed) % 251));

const pages = SharedPages.open();

/** As for the second of two viewers; the first one has them from elsewhere. Not for bytes that are held already. */
function share(to: SharedPages, sender: Socket, bytes: Buffer): number {
  to.send(sender, bytes);
  return to.send(sender, bytes);
}

describe.skipIf(pages === undefined)('pages that many sockets share (Linux, koffi)', () => {
  const open = (): SharedPages => {
    const opened = SharedPages.open();
    if (opened === undefined) throw new Error('It could be opened before.');
    return opened;
  };

  it('are not used for a single viewer, and for all others in a row', async () => {
    using one = await connection();
    const shared = open();
    const frame = filled(54_000, 1);
    expect(shared.send(one.sender, frame)).toBe(0);
    expect(shared.send(one.sender, frame)).toBe(54_000);
    expect(shared.send(one.sender, frame)).toBe(54_000);
    one.read();
    await eventually(() => one.received().length === 108_000, 'both copies');
    expect(one.received().equals(Buffer.concat([frame, frame]))).toBe(true);
  });

  it('are told apart by identity: equal bytes may be another frame, whose turn it is', async () => {
    using one = await connection();
    const shared = open();
    const [a, b] = [filled(1000, 1), filled(1000, 2)];
    expect([a, b, a, b].map(frame => shared.send(one.sender, frame))).toEqual([0, 0, 0, 0]);
  });

  it('keep what is on its way as it was, whatever is put in after it, shorter or longer', async () => {
    using one = await connection();
    const shared = open();
    const frames = [70_000, 100, 4096, 90_000, 1, 30_000].map(filled);
    expect(frames.map(frame => share(shared, one.sender, frame))).toEqual(frames.map(({ length }) => length));
    // Nobody has read the first byte until now.
    one.read();
    const expected = Buffer.concat(frames);
    await eventually(() => one.received().length === expected.length, 'all frames');
    expect(one.received().equals(expected)).toBe(true);
  });

  it('give a full socket what it takes, and the rest is left to the caller', async () => {
    using one = await connection();
    const shared = open();
    const frame = filled(400_000, 3);
    const expected: Buffer[] = [];
    let taken = frame.length;
    expect(shared.send(one.sender, frame)).toBe(0);
    for (let i = 0; taken === frame.length; i += 1) {
      expect(i).toBeLessThan(1000);
      taken = shared.send(one.sender, frame);
      expected.push(frame.subarray(0, taken));
    }
    expect(one.sender.writableLength).toBe(0);
    one.sender.write(frame.subarray(taken));
    expected.push(frame.subarray(taken));
    one.read();
    const all = Buffer.concat(expected);
    await eventually(() => one.received().length === all.length, 'the rest');
    expect(one.received().equals(all)).toBe(true);
  });

  it('go to nobody whose socket is closed', async () => {
    using one = await connection();
    const shared = open();
    one.sender.destroy();
    expect(share(shared, one.sender, filled(1000, 1))).toBe(0);
    await once(one.sender, 'close');
    expect(share(shared, one.sender, filled(1000, 1))).toBe(0);
    expect(share(shared, new Socket(), filled(1000, 1))).toBe(0);
  });
});
