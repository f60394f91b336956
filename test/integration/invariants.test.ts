import { describe, expect, it } from 'vitest';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { streamAt } from '../support/server/api.js';
import { eventually } from '../support/eventually.js';
import { childrenOf, isRunning } from '../support/processes.js';
import { spanMs } from '../support/server/capture-times.js';
import { startServer } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

describe('what is always true', () => {
  it('encodes each picture once for all who want the same, and not at all when nobody is ready', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using a = await Viewer.open(server.url);
    await using b = await Viewer.open(server.url);
    await using c = await Viewer.open(server.url, { subscribe: { quality: 80 } });
    const viewers = [a, b, c];
    await Promise.all(viewers.map(viewer => viewer.nextFrames(5)));
    expect((await streamAt(server.url)).renditions.toSorted()).toEqual(['jpeg-320x240-q30', 'jpeg-320x240-q80']);

    const before = await streamAt(server.url);
    const after = await eventually(async () => {
      const stream = await streamAt(server.url);
      return stream.captured > before.captured + 30 && stream;
    }, '30 more pictures');
    expect(after.encoded).toBeGreaterThan(before.encoded);
    // Each for two renditions; both counts are from one moment, but pictures are on their way.
    expect(after.encoded - before.encoded).toBeLessThanOrEqual(2 * (after.captured - before.captured) + 4);
    // What both got is one encode: two would not have taken the same time to the microsecond.
    const shared = await eventually(() => {
      const both = a.frames.flatMap(({ header }) => {
        const other = b.frames.find(frame => frame.header?.seq === header?.seq);
        return other === undefined ? [] : [[header, other.header]];
      });
      return both.length >= 10 && both;
    }, 'pictures that both got');
    for (const [one, other] of shared) expect(one).toEqual(other);

    // Nobody acknowledges any more: when all windows are full, nothing is encoded, but the source goes on.
    for (const viewer of viewers) viewer.acks = false;
    const still = await eventually(async () => {
      const first = await streamAt(server.url);
      const second = await eventually(async () => {
        const stream = await streamAt(server.url);
        return stream.captured > first.captured + 20 && stream;
      }, 'pictures while nobody is ready');
      return second.encoded === first.encoded && second;
    }, 'end of encoding');
    expect(still.source.state).toBe('live');
  });

  it('closes the source some time after the last viewer and opens it again for the next', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240', '--grace', '1']);
    const viewer = await Viewer.open(server.url);
    await viewer.nextFrames(3);
    expect(childrenOf(server.pid)).toHaveLength(1);
    await viewer.close();
    await eventually(async () => (await streamAt(server.url)).source.state === 'idle', 'closed source');
    await eventually(() => childrenOf(server.pid).length === 0, 'end of the engine');
    await using next = await Viewer.open(server.url);
    expect(await next.message('source', ({ state }) => state === 'live')).toBeDefined();
    await next.nextFrames(3);
  });

  it('counts every picture: received + dropped = captured, for each viewer', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using all = await Viewer.open(server.url);
    await using some = await Viewer.open(server.url, { subscribe: { fps: 10 } });
    await using slow = await Viewer.open(server.url, { subscribe: { quality: 50 }, acks: false });
    await all.nextFrames(40);
    // Whoever acknowledges late gets the newest picture then, and the others are counted.
    slow.ack(await slow.until(() => slow.frames[0]?.header?.seq, 'picture'));
    await slow.nextFrames(1);
    for (const viewer of [all, some, slow]) {
      const seen = viewer.messages.length;
      // Looked at as it comes: what it counts has come before it, and nothing else.
      const { stats, received } = await viewer.until(() => {
        const report = viewer.messages.slice(seen).find(message => message.type === 'stats');
        return report && { stats: report, received: viewer.frameCount };
      }, 'report');
      const dropped = stats.dropped.rate + stats.dropped.superseded + stats.dropped.skipped;
      const waiting = stats.captured - stats.sent - dropped;
      expect(waiting).toBeGreaterThanOrEqual(0);
      expect(waiting).toBeLessThanOrEqual(1);
      expect(Math.abs(received - stats.sent)).toBeLessThanOrEqual(1);
    }
    // A late picture may be followed by one that is early; the grid of the rate stays.
    expect(spanMs(some.frames)).toBeGreaterThan((some.frames.length - 2.5) * 100);
  });

  it('lets no stalled viewer slow the others, and closes it with a reason', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    const good = await Promise.all(Array.from({ length: 20 }, () => Viewer.open(server.url)));
    await using stalled = await Viewer.open(server.url, { acks: false });
    await stalled.nextFrames(1);
    const before = good.map(({ frameCount }) => frameCount);
    const closed = await stalled.closed;
    expect(closed.code).toBe(CLOSE_CODES.stalled);
    expect(closed.reason).not.toBe('');
    // Nothing is known of its link, so it had one frame and nothing more; the others had each picture meanwhile.
    expect(stalled.frameCount).toBe(1);
    const gained = good.map(({ frameCount }, i) => frameCount - (before[i] ?? 0));
    expect(Math.min(...gained)).toBeGreaterThan(30);
    expect(Math.min(...gained)).toBeGreaterThan(Math.max(...gained) * 0.5);
    for (const viewer of good) await viewer.close();
  });

  it('says goodbye with 1001 on SIGTERM, exits with 0 and leaves no process behind', async () => {
    const server = await startServer(['--source', 'test', '--source', 'two=test', '--size', '320x240']);
    const viewer = await Viewer.open(server.url);
    const feed = await fetch(`${server.url}/video_feed`);
    await viewer.nextFrames(2);
    const engines = childrenOf(server.pid);
    expect(engines).toHaveLength(2);
    const exit = await server.stop();
    expect(exit).toEqual({ code: 0, signal: null, forced: false });
    expect((await viewer.closed).code).toBe(CLOSE_CODES.goingAway);
    expect((await feed.arrayBuffer()).byteLength).toBeGreaterThan(0);
    await eventually(() => !engines.some(isRunning), 'end of the engines');
  });
});
