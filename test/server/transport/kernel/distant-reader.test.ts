import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { DistantReader } from '../../../../server/src/transport/kernel/distant-reader.js';
import { eventually } from '../../../support/eventually.js';

it.runIf(process.platform === 'linux')('a program that waits for data is told from one that does not', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No port.');
  const reader = connect(address.port, '127.0.0.1').on('error', () => undefined);
  reader.pause();
  const values: unknown[] = await once(server, 'connection');
  const [socket] = values;
  if (!(socket instanceof Socket)) throw new Error('No socket.');
  socket.setNoDelay(true).on('error', () => undefined);
  const distant = DistantReader.of(socket);
  const ask = () =>
    new Promise<number | undefined>(resolve => {
      distant?.ask(
        bytes => void socket.write(Buffer.alloc(bytes)),
        ({ lateMs }) => resolve(lateMs),
      );
    });
  socket.write(Buffer.alloc(20_000));
  await eventually(async () => (await ask()) === Infinity, 'an answer that is late');
  reader.resume();
  await eventually(async () => (await ask()) === 0, 'an answer at once');
  // More than fits into what the reader's kernel has room for.
  reader.pause();
  await eventually(async () => (await ask()) === Infinity, 'an answer that is late');
  socket.write(Buffer.alloc(20_000_000));
  expect(await ask()).toBeUndefined();
  reader.destroy();
  const closed = new Promise(resolve => socket.once('close', resolve));
  socket.resume();
  await closed;
  await eventually(async () => (await ask()) === 0, 'an answer as if it read at once');
  server.close();
});
