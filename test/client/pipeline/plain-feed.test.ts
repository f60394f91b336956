import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import type { Frame } from '../../../client/src/frame.js';
import { PlainFeed } from '../../../client/src/pipeline/plain-feed.js';
import { eventually } from '../../support/eventually.js';

/** A feed, and the server's end of each of its requests. */
async function startFeeding() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const requests: ServerResponse[] = [];
  server.on('request', (_, response) => requests.push(response));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  const frames: Frame[] = [];
  const told = { silences: 0 };
  const feed = new PlainFeed(`http://127.0.0.1:${address.port}/video_feed`, {
    frame: frame => frames.push(frame),
    silent: () => (told.silences += 1),
  });
  const end = () => {
    feed.close();
    server.closeAllConnections();
    server.close();
  };
  const request = (index: number) => eventually(() => requests[index], `request ${index}`);
  return { feed, frames, told, requests, request, [Symbol.dispose]: end };
}

const part = (picture: string) => `--frame\r\nContent-Length: ${picture.length}\r\n\r\n${picture}\r\n`;

it('gives each picture as a frame without times, and asks again when the pictures end', async () => {
  using feeding = await startFeeding();
  const { frames, told, request } = feeding;
  const first = await request(0);
  first.write(part('one'));
  const frame = await eventually(() => frames[0], 'picture');
  expect(await frame.blob().text()).toBe('one');
  expect(frame).toMatchObject({ seq: 1, placeholder: false, ageMs: undefined });
  expect(told.silences).toBe(0);
  first.end();
  const second = await request(1);
  expect(told.silences).toBe(1);
  second.write(part('two'));
  await eventually(() => frames.length === 2, 'picture of the second request');
});

it('asks again when it is refused, cut off or sent what is no picture', async () => {
  using feeding = await startFeeding();
  const { frames, told, request } = feeding;
  (await request(0)).writeHead(404).end(part('no'));
  (await request(1)).destroy();
  (await request(2)).write('--frame\r\nContent-Type: image/jpeg\r\n\r\n');
  await eventually(() => told.silences === 3, 'third silence');
  expect(frames).toEqual([]);
});

it('ends its request when it is closed, and tells nothing any more', async () => {
  using feeding = await startFeeding();
  const { feed, told, request, requests } = feeding;
  const first = await request(0);
  first.write(part('one'));
  const ended = once(first, 'close');
  feed.close();
  await ended;
  expect(told.silences).toBe(0);
  expect(requests).toHaveLength(1);
});
