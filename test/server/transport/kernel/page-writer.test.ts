import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PageWriter } from '../../../../server/src/transport/kernel/page-writer.js';
import { SharedPages } from '../../../../server/src/transport/kernel/shared-pages.js';
import { eventually } from '../../../support/eventually.js';

const pages = SharedPages.open();

async function connection() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address.');
  const chunks: Buffer[] = [];
  server.once('connection', receiver => receiver.on('data', chunk => chunks.push(chunk)).on('error', () => undefined));
  const sender = connect(address.port, '127.0.0.1');
  await once(sender, 'connect');
  return {
    sender,
    received: () => Buffer.concat(chunks),
    [Symbol.dispose]: () => {
      sender.destroy();
      server.close();
    },
  };
}

const filled = (length: number, seed: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + seed) % 251));

describe.each([
  ['through shared pages', pages],
  ['through the stream alone', undefined],
])('what many are sent, written %s', (name, given) => {
  it.skipIf(name.includes('pages') && given === undefined)(
    'comes behind what waits in the stream, and is counted once',
    async () => {
      using one = await connection();
      const writer = new PageWriter(one.sender, given);
      const [a, b, c] = [filled(40_000, 1), filled(50_000, 2), filled(60_000, 3)];
      const sent: Buffer[] = [];
      for (const bytes of [a, a, a, b, b, b, b, a, a]) {
        one.sender.cork();
        one.sender.write('between');
        if (sent.length % 3 === 0) one.sender.uncork();
        writer.write(bytes);
        if (sent.length % 3 !== 0) one.sender.uncork();
        sent.push(Buffer.from('between'), bytes);
        // Behind a stream that has nothing left as well.
        if (sent.length % 4 === 0) await eventually(() => one.sender.writableLength === 0, 'an empty stream');
      }
      writer.write(c);
      const all = Buffer.concat([...sent, c]);
      await eventually(() => one.received().length === all.length, 'all bytes');
      expect(one.received().equals(all)).toBe(true);
      expect(writer.bytesWritten).toBe(all.length);
      expect(writer.isLate).toBe(false);
    },
  );
});
