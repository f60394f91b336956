import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { childrenOf } from '../support/processes.js';
import { startServer } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

describe.skipIf(process.platform !== 'linux')('a server that was stopped for a while', () => {
  it('finds its engine healthy, and shows nothing old', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using acking = await Viewer.open(server.url);
    await using bare = await Viewer.open(server.url, { subscribe: { acks: false }, acks: false });
    const feed = await multipart(`${server.url}/video_feed`);
    await acking.nextFrames(2);
    await bare.nextFrames(2);
    const engines = childrenOf(server.pid);
    process.kill(server.pid, 'SIGSTOP');
    await sleep(6000);
    const wokeAt = Date.now();
    const before = { acking: acking.frames.length, bare: bare.frames.length, parts: feed.takenAt.length };
    process.kill(server.pid, 'SIGCONT');
    await acking.nextFrames(20);
    await bare.nextFrames(20);
    await eventually(() => feed.takenAt.length > before.parts + 5, 'parts');
    feed.response.destroy();
    // Both clocks are this machine's. What came before is from before the stop: twice as old.
    const oldest = Number(process.hrtime.bigint()) / 1e6 - (Date.now() - wokeAt) - 3000;
    // The one that the server held when it was stopped may leave as the first.
    const frames = [...acking.frames.slice(before.acking + 1), ...bare.frames.slice(before.bare + 1)];
    for (const { header } of frames) expect(header?.capturedAt).toBeGreaterThan(oldest);
    const parts = feed.takenAt.slice(before.parts + 1);
    expect(Math.min(...parts)).toBeGreaterThan(wokeAt - 3000);
    expect(childrenOf(server.pid)).toEqual(engines);
  });
});

/** What the parts say of when their pictures were taken, ms of the wall clock. */
async function multipart(url: string): Promise<{ response: IncomingMessage; takenAt: number[] }> {
  const response = await new Promise<IncomingMessage>(resolve => get(url, resolve));
  const takenAt: number[] = [];
  response.on('error', () => undefined).setEncoding('latin1');
  response.on('data', (text: string) => {
    for (const [, seconds] of text.matchAll(/X-Timestamp: ([\d.]+)\r\n/g)) takenAt.push(Number(seconds) * 1000);
  });
  await once(response, 'data');
  return { response, takenAt };
}
