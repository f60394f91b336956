import { describe, expect, it } from 'vitest';
import { streamAt } from '../support/server/api.js';
import { spanMs } from '../support/server/capture-times.js';
import { startServer } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

describe('renditions', () => {
  it('keep the aspect, never grow, and are answered with what was chosen', async () => {
    await using server = await startServer(['--source', 'test', '--size', '640x360']);
    await using viewer = await Viewer.open(server.url, { subscribe: { maxWidth: 400, maxHeight: 100, quality: 55 } });
    const first = await viewer.message('subscribed');
    expect(first.rendition).toMatchObject({ codec: 'jpeg', width: 176, height: 100, quality: 55, fps: null });
    const frame = await viewer.nextFrames(1);
    expect(frame.header).toMatchObject({ width: 176, height: 100, rendition: first.rendition.id });

    viewer.send({ type: 'set', maxWidth: 5000, maxHeight: null });
    const second = await viewer.message('subscribed', ({ rendition }) => rendition.width === 640);
    expect(second.rendition).toMatchObject({ width: 640, height: 360, quality: 55 });
    await viewer.until(() => viewer.frames.at(-1)?.header?.width === 640, 'the larger picture');
  });

  it('change live, and a changed rate takes hold', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(3);
    viewer.send({ type: 'set', quality: 90, fps: 5 });
    const { rendition } = await viewer.message('subscribed', message => message.rendition.quality === 90);
    expect(rendition.fps).toBe(5);
    const from = await viewer.until(
      () => viewer.frames.findLast(({ header }) => header?.rendition === rendition.id),
      'it',
    );
    await viewer.nextFrames(8);
    const after = viewer.frames.slice(viewer.frames.indexOf(from));
    // A late picture may be followed by one that is early; the grid of the rate stays.
    expect(spanMs(after)).toBeGreaterThan((after.length - 2.5) * 200);
  });

  it('are limited: beyond that a viewer gets the nearest one and is told so', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240', '--max-renditions', '2']);
    await using low = await Viewer.open(server.url, { subscribe: { quality: 20 } });
    await using high = await Viewer.open(server.url, { subscribe: { quality: 80 } });
    await Promise.all([low.nextFrames(1), high.nextFrames(1)]);
    await using third = await Viewer.open(server.url, { subscribe: { quality: 70 } });
    const { rendition, why } = await third.message('subscribed');
    expect(rendition.quality).toBe(80);
    expect(why).toMatch(/nearest to jpeg-320x240-q70/);
    await third.nextFrames(2);
    expect((await streamAt(server.url)).renditions).toHaveLength(2);
  });

  it('are given back by a pause, and taken up again by a resume with the newest picture', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using viewer = await Viewer.open(server.url);
    await using witness = await Viewer.open(server.url, { subscribe: { quality: 80 } });
    await viewer.nextFrames(2);
    viewer.send({ type: 'pause' });
    await witness.nextFrames(10);
    const frozen = viewer.frameCount;
    await witness.nextFrames(10);
    expect(viewer.frameCount).toBe(frozen);
    expect((await streamAt(server.url)).renditions).toEqual(['jpeg-320x240-q80']);
    const newest = witness.frames.at(-1)?.header?.seq ?? Infinity;
    viewer.send({ type: 'resume' });
    const next = await viewer.nextFrames(1);
    expect(next.header?.seq).toBeGreaterThanOrEqual(newest);
  });

  it('serve viewers without acknowledgements and without headers', async () => {
    await using server = await startServer(['--source', 'test', '--size', '320x240']);
    await using plain = await Viewer.open(server.url, { subscribe: { acks: false }, acks: false });
    await using bare = await Viewer.open(server.url, { subscribe: { headers: false }, acks: false });
    await plain.nextFrames(20);
    const { payload } = await bare.nextFrames(20);
    expect(Array.from(payload.subarray(0, 3))).toEqual([0xff, 0xd8, 0xff]);
  });
});
