import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Broadcaster } from '../../../server/src/broadcast/broadcaster.js';
import { convertSnapshot, takeSnapshot } from '../../../server/src/transport/snapshot.js';
import { streamKit, viewerRequest } from '../broadcast/fakes.js';

function kit() {
  const { stream, producer } = streamKit({ graceMs: 1000 });
  const broadcaster = new Broadcaster([stream], 10);
  const take = (name?: string) => takeSnapshot(broadcaster, { stream: name, request: viewerRequest() });
  return { stream, producer, take };
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
    const askedAt = Number(process.hrtime.bigint()) / 1e6;
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
    producer.capture({ capturedAt: Number(process.hrtime.bigint()) / 1e6 });
    expect((await snapshot).header.seq).toBe(1);
  });

  it('is refused with the reason when the source is lost, before or while it waits', async () => {
    const { stream, producer, take } = kit();
    const refusal = take().catch((error: unknown) => error);
    producer.lost();
    expect(await refusal).toMatchObject({ code: 'source-unplugged', message: 'It is gone.' });
    await expect(take()).rejects.toMatchObject({ code: 'source-unplugged', status: 503 });
    expect(stream.info.viewers).toBe(0);
  });

  it('is refused after 8 s without a picture; a placeholder is none', async () => {
    const { stream, producer, take } = kit();
    producer.live();
    const refusal = take().catch((error: unknown) => error);
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER, placeholder: true });
    await vi.advanceTimersByTimeAsync(8000);
    expect(await refusal).toMatchObject({
      code: 'no-frame',
      status: 504,
      message: 'yard gave no picture for 8 s.',
    });
    expect(stream.info.viewers).toBe(0);
  });

  it('is refused of a stream that there is not', () => {
    expect(() => kit().take('gate')).toThrow('There is no stream "gate".');
  });

  it('has as many at the same time as are asked for, from one encode', async () => {
    const { producer, take } = kit();
    producer.live();
    const both = [take(), take()];
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
  });
});

describe('the conversion of a snapshot', () => {
  it.each(['png', 'webp'] as const)('makes a %s of the same size', async format => {
    const jpeg = await sharp({ create: { width: 62, height: 34, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    const { format: got, width, height } = await sharp(await convertSnapshot(jpeg, format)).metadata();
    expect({ got, width, height }).toEqual({ got: format, width: 62, height: 34 });
  });
});
