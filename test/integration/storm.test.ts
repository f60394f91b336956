import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { childrenOf } from '../support/processes.js';
import { seededRandom } from '../support/random.js';
import { streamAt } from '../support/server/api.js';
import { startServer, type Server } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

const VISITORS = 500;
const MOST_MB = 150;

/** Resident memory of the server's engine, MB. */
function engineMb({ pid }: Server): number {
  const sizes = childrenOf(pid).map(child => {
    const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8')) ?? [];
    return Number(kb) / 1024;
  });
  return Math.max(0, ...sizes);
}

const random = seededRandom(5);
const anyWidth = () => 16 * (2 + Math.floor(random() * 78));

/** Comes, asks for a picture of a size that nobody else wants, and is gone before long. */
const VISITS: Record<string, (server: Server) => Promise<void>> = {
  'WebSocket viewers': async ({ url }) => {
    const viewer = await Viewer.open(url, { subscribe: { maxWidth: anyWidth() } });
    await sleep(random() * 20);
    await viewer[Symbol.asyncDispose]();
  },
  'multipart viewers': server => request(server, '/video_feed'),
  snapshots: server => request(server, '/snapshot.jpg'),
};

async function request({ port }: Server, path: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`GET ${path}?width=${anyWidth()} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await sleep(random() * 50);
  socket.resetAndDestroy();
}

describe.skipIf(process.platform !== 'linux')('a storm of viewers that each want something else', () => {
  it.each(Object.entries(VISITS))('takes neither frames nor memory: %s', { timeout: 120_000 }, async (_name, visit) => {
    await using server = await startServer(['--source', 'test']);
    await using honest = await Viewer.open(server.url);
    await eventually(() => honest.frameCount > 30, 'frames');
    const before = { mb: engineMb(server), frames: honest.frameCount, ...(await streamAt(server.url)) };
    let most = 0;
    const visitors: Promise<void>[] = [];
    for (let i = 0; i < VISITORS; i += 1) {
      visitors.push(visit(server));
      if (i % 5 === 4) await sleep(10);
      most = Math.max(most, engineMb(server));
    }
    await Promise.all(visitors);
    expect(before.mb).toBeGreaterThan(0);
    expect(most - before.mb).toBeLessThan(MOST_MB);
    const stormed = honest.frameCount;
    // Of what the source gave meanwhile: both are fewer where the machine has other work.
    const { captured } = await streamAt(server.url);
    expect(stormed - before.frames).toBeGreaterThan((captured - before.captured) / 4);
    await eventually(() => honest.frameCount > stormed + 30, 'frames after the storm');
    await eventually(() => honest.frames.at(-1)?.header?.width === 1280, 'a picture of full size');
  });
});
