import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Broadcaster } from '../../../../server/src/stream/broadcaster.js';
import type { ViewerRequest } from '../../../../server/src/viewer/viewer.js';
import { Snapshots } from '../../../../server/src/transport/http/snapshot.js';
import { eventually } from '../../../support/eventually.js';
import { encodedFrame, streamKit, viewerRequest } from '../../fakes.js';
import { openEndpoint } from '../endpoint.js';
import { RawClient } from '../raw-client.js';

const now = () => Number(process.hrtime.bigint()) / 1e6;

function kit(maxViewers = 10) {
  const { stream, producer } = streamKit({ graceMs: 1000 });
  const broadcaster = new Broadcaster([stream], maxViewers);
  const snapshots = new Snapshots(broadcaster, 6);
  const take = async (wishes: Partial<ViewerRequest> = {}, gone = new AbortController().signal) =>
    snapshots.take(stream, viewerRequest(wishes), gone);
  /** As `take`, for those that are to fail. */
  const refusal = (...args: Parameters<typeof take>) => take(...args).catch((error: unknown) => error);
  return { stream, producer, broadcaster, snapshots, take, refusal };
}

describe('a snapshot', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is a picture taken after it was asked for, not one that lay around', async () => {
    const { stream, producer, take } = kit();
    producer.live();
    await vi.advanceTimersByTimeAsync(100);
    const snapshot = take();
    const askedAt = now();
    producer.capture({ capturedAt: askedAt - 1 });
    producer.capture({ capturedAt: askedAt });
    expect((await snapshot).header).toMatchObject({ seq: 2, capturedAt: askedAt });
    // And nothing is left of it.
    expect(stream.info).toMatchObject({ viewers: 0, renditions: [] });
    expect(producer.wanted.size).toBe(0);
  });

  it('opens a source that is closed, and waits for it', async () => {
    const { producer, take } = kit();
    const snapshot = take();
    expect(producer.calls).toEqual(['start']);
    await vi.advanceTimersByTimeAsync(3000);
    producer.live();
    producer.capture({ capturedAt: now() });
    expect((await snapshot).header.seq).toBe(1);
  });

  it('is refused with the reason when the source is lost, before or while it waits', async () => {
    const { stream, producer, take, refusal } = kit();
    const refused = refusal();
    producer.lost();
    expect(await refused).toMatchObject({ code: 'source-unplugged', message: 'It is gone.' });
    await expect(take()).rejects.toMatchObject({ code: 'source-unplugged', status: 503 });
    expect(stream.info.viewers).toBe(0);
  });

  it('is refused after 8 s without a picture; a placeholder is none', async () => {
    const { stream, producer, refusal } = kit();
    producer.live();
    const refused = refusal();
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER, placeholder: true });
    await vi.advanceTimersByTimeAsync(8000);
    expect(await refused).toMatchObject({
      code: 'no-frame',
      status: 504,
      message: 'yard gave no picture for 8 s.',
    });
    expect(stream.info.viewers).toBe(0);
  });

  it('does not wait for a rate: the picture after the first may be seconds away', () => {
    const { producer, take } = kit();
    producer.live();
    void take({ fps: 0.1 });
    expect([...producer.wanted.values()]).toEqual([expect.objectContaining({ fps: Infinity })]);
  });

  it('has as many at the same time as are asked for, from one encode', async () => {
    const { producer, take } = kit();
    producer.live();
    const both = [take(), take()];
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
  });

  it('leaves half of the renditions to those who watch', async () => {
    const { stream, producer, take, refusal } = kit();
    producer.live();
    const qualities = [10, 20, 30];
    const waiting = [...qualities.map(quality => take({ quality })), take({ quality: 30, fps: 5 })];
    expect(await refusal({ quality: 40 })).toMatchObject({
      code: 'too-many-snapshots',
      status: 503,
      message: 'Snapshots of yard are being taken in 3 sizes and qualities already.',
    });
    expect(stream.info).toMatchObject({ viewers: 4, renditions: { length: 3 } });
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    await Promise.all(waiting);
    const another = take({ quality: 40 });
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    await another;
  });

  it('is a viewer until its answer is out', async () => {
    const { producer, broadcaster, take, refusal } = kit(1);
    const gone = new AbortController();
    producer.live();
    const snapshot = take({}, gone.signal);
    expect(await refusal()).toMatchObject({ code: 'too-many-viewers' });
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    await snapshot;
    expect(broadcaster.viewers).toBe(1);
    gone.abort();
    expect(broadcaster.viewers).toBe(0);
  });

  it('leaves nothing behind when nobody waits for it any more, also from the beginning', async () => {
    const { stream, producer, broadcaster, refusal } = kit();
    producer.live();
    const gone = new AbortController();
    const refused = refusal({}, gone.signal);
    gone.abort();
    expect(await refused).toMatchObject({ code: 'no-frame' });
    expect(await refusal({}, gone.signal)).toMatchObject({ code: 'no-frame' });
    expect(broadcaster.viewers).toBe(0);
    expect(stream.info).toMatchObject({ viewers: 0, renditions: [] });
    await vi.advanceTimersByTimeAsync(1000);
    // The grace of the source was the last.
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is refused when the server stops', async () => {
    const { stream, broadcaster, refusal } = kit();
    const refused = refusal();
    broadcaster.close();
    expect(await refused).toMatchObject({ code: 'server-stopping', status: 503 });
    expect(await refusal()).toMatchObject({ code: 'server-stopping' });
    expect(stream.info.viewers).toBe(0);
  });
});

describe('the picture of a snapshot', () => {
  const frameOf = async (width: number) => {
    const jpeg = sharp({ create: { width, height: 34, channels: 3, background: 'teal' } }).jpeg();
    return { ...encodedFrame(), payload: await jpeg.toBuffer() };
  };

  it.each(['png', 'webp'] as const)('becomes a %s of the same size', async format => {
    const picture = await kit().snapshots.picture(await frameOf(62), format);
    const { format: got, width, height } = await sharp(picture).metadata();
    expect({ got, width, height }).toEqual({ got: format, width: 62, height: 34 });
  });

  it('is made once for all who ask for the same', async () => {
    const { snapshots } = kit();
    const frame = await frameOf(62);
    const pictures = await Promise.all([snapshots.picture(frame, 'png'), snapshots.picture(frame, 'png')]);
    expect(pictures[0]).toBe(pictures[1]);
    expect(await snapshots.picture(frame, 'png')).toBe(pictures[0]);
    expect(await snapshots.picture(frame, 'jpg')).toBe(frame.payload);
  });

  it('is refused while two others are made, and not for ever', async () => {
    const { snapshots } = kit();
    const [one, other, third] = [await frameOf(30), await frameOf(40), await frameOf(50)];
    const both = [snapshots.picture(one, 'png'), snapshots.picture(other, 'webp')];
    await expect(snapshots.picture(third, 'png')).rejects.toMatchObject({ code: 'too-many-snapshots' });
    await Promise.all(both);
    expect((await sharp(await snapshots.picture(third, 'png')).metadata()).width).toBe(50);
  });
});

describe('the snapshot of a client', () => {
  it('is forgotten when the client goes away', async () => {
    await using endpoint = await openEndpoint();
    const { stream, producer } = endpoint.kit;
    producer.live();
    {
      using client = await RawClient.open(endpoint.port);
      client.say('GET /snapshot.jpg HTTP/1.1', 'Host: localhost');
      await eventually(() => stream.info.viewers === 1, 'claim');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
    expect(stream.info).toMatchObject({ viewers: 0, renditions: [] });
    expect(endpoint.faults).toEqual([]);
  });

  it('gives its place back with the answer, also on a connection that stays open', async () => {
    await using endpoint = await openEndpoint(1);
    const { stream, producer } = endpoint.kit;
    producer.live();
    using client = await RawClient.open(endpoint.port);
    for (let taken = 1; taken <= 2; taken += 1) {
      client.say('GET /snapshot.jpg HTTP/1.1', 'Host: localhost');
      await eventually(() => stream.info.viewers === 1, 'claim');
      producer.capture({ capturedAt: now() });
      await eventually(() => client.received.split('HTTP/1.1 200').length === taken + 1, 'picture');
      await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
    }
  });

  it('is told when to try again', async () => {
    await using endpoint = await openEndpoint();
    const { stream, producer } = endpoint.kit;
    producer.live();
    const url = `http://127.0.0.1:${endpoint.port}/snapshot.jpg`;
    const waiting = [10, 20, 30, 40].map(quality => fetch(`${url}?quality=${quality}`));
    await eventually(() => stream.info.viewers === 4, 'claims');
    const refused = await fetch(`${url}?quality=50`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'too-many-snapshots' });
    endpoint.broadcaster.close();
    const stopped = await Promise.all(waiting);
    expect(stopped.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect(await stopped[0]?.json()).toMatchObject({ code: 'server-stopping' });
  });

  it('is taken when the one asked for before on the same connection is out', async () => {
    await using endpoint = await openEndpoint();
    const { stream, producer } = endpoint.kit;
    producer.live();
    using client = await RawClient.open(endpoint.port);
    client.say('GET /snapshot.jpg HTTP/1.1', 'Host: localhost', '', 'GET /snapshot.jpg HTTP/1.1', 'Host: localhost');
    for (let count = 1; count <= 2; count += 1) {
      await eventually(() => stream.info.viewers === 1, 'claim');
      producer.capture({ capturedAt: now() });
      await eventually(() => client.received.split('HTTP/1.1 200').length - 1 === count, 'picture');
    }
    await eventually(() => stream.info.viewers === 0, 'end of the claim');
  });
});
