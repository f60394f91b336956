import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Viewer } from '../../../server/src/viewer/viewer.js';
import { ack, streamKit, viewerRequest } from '../fakes.js';
import { expectBalance, FakeTransport, KEY, push, watching } from './viewer-kit.js';

describe('a viewer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has one frame on its way while its link is unknown, and the newest of the rest waiting', () => {
    const { stream, producer, transport, viewer } = watching();
    for (let seq = 1; seq <= 5; seq += 1) push(producer, seq);
    expect(transport.seqs).toEqual([1]);
    expectBalance(viewer, stream, 1);
    expect(viewer.acknowledge(ack(1))).toBe(true);
    expect(transport.seqs).toEqual([1, 5]);
    expect(viewer.stats(stream)).toMatchObject({ captured: 5, sent: 2, dropped: { superseded: 3 } });
    expectBalance(viewer, stream, 0);
  });

  it('asks for nothing while it could not be served', () => {
    const { stream, producer, viewer } = watching();
    producer.capture();
    expect(producer.demandFor(KEY)).toBe(0);
    producer.capture();
    viewer.acknowledge(ack(1));
    expect(producer.demandFor(KEY)).toBe(Infinity);
    producer.capture();
    expect(viewer.stats(stream)).toMatchObject({ captured: 3, sent: 2, dropped: { skipped: 1 } });
    expectBalance(viewer, stream, 0);
  });

  it.each([
    ['of a frame that was never sent', 99],
    ['that came already', 1],
  ])('refuses an acknowledgement %s, and sends nothing for it', (_, seq) => {
    const { producer, transport, viewer } = watching();
    for (let i = 1; i <= 4; i += 1) push(producer, i);
    for (const arrived of [1, 4]) viewer.acknowledge(ack(arrived));
    const sent = [...transport.seqs];
    expect(viewer.acknowledge(ack(seq))).toBe(false);
    expect(transport.seqs).toEqual(sent);
  });

  it('that does not acknowledge gets a frame when somebody on the way has the last one', () => {
    const { stream, producer, transport, viewer } = watching();
    for (let seq = 1; seq <= 3; seq += 1) push(producer, seq);
    expect(transport.seqs).toEqual([1]);
    viewer.arrived(1, { arrivedAt: 30, isTimed: true, rttMs: 1, unreadBytes: 0 });
    expect(transport.seqs).toEqual([1, 3]);
    viewer.arrived(3, { arrivedAt: 60, isTimed: true, rttMs: 1, unreadBytes: 0 });
    expect(producer.demandFor(KEY)).toBe(Infinity);
    expectBalance(viewer, stream, 0);
  });

  it('gets no more than the rate that it asked for', () => {
    const { stream, producer, transport, viewer } = watching({ fps: 10 });
    for (let i = 0; i < 30; i += 1) {
      producer.capture({ capturedAt: (i * 1000) / 30 });
      viewer.acknowledge(ack(i + 1));
    }
    expect(transport.frames).toHaveLength(10);
    expect(viewer.stats(stream)).toMatchObject({ captured: 30, sent: 10, dropped: { rate: 20 } });
    expect(producer.demandFor(KEY)).toBe(10);
  });

  it('follows a higher rate at once', () => {
    const { producer, transport, viewer } = watching({ fps: 0.1 });
    producer.capture({ capturedAt: 0 });
    viewer.acknowledge(ack(1));
    producer.capture({ capturedAt: 100 });
    expect(viewer.change({ fps: 10 })).toBe(true);
    producer.capture({ capturedAt: 200 });
    expect(transport.seqs).toEqual([1, 3]);
    expect(producer.demandFor(KEY)).toBe(0);
  });

  it('is shown a placeholder whatever its rate', async () => {
    const { producer, transport, viewer } = watching({ fps: 0.1 });
    producer.capture({ capturedAt: 0 });
    viewer.acknowledge(ack(1));
    producer.lost();
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.frames.map(({ header }) => header.placeholder)).toEqual([false, true]);
  });

  it('gives its claim back while it pauses, and goes on with what it asked for', () => {
    const { stream, producer, transport, viewer } = watching({ quality: 50 });
    producer.capture();
    viewer.acknowledge(ack(1));
    viewer.pause();
    viewer.pause();
    expect(stream.info).toMatchObject({ viewers: 0, renditions: [] });
    producer.capture();
    expect(viewer.change({ quality: 60 })).toBe(true);
    expect(transport.chosenFor).toEqual(['yard jpeg-1280x720-q50']);
    viewer.resume();
    viewer.resume();
    expect(transport.chosenFor).toEqual(['yard jpeg-1280x720-q50', 'yard jpeg-1280x720-q60']);
    producer.capture();
    expect(transport.seqs).toEqual([1, 3]);
    // What came meanwhile was not its to get.
    expect(viewer.stats(stream)).toMatchObject({ captured: 2, sent: 2, dropped: { skipped: 0 } });
  });

  it('drops what waited when it pauses: that would be old when it comes back', () => {
    const { stream, producer, transport, viewer } = watching();
    for (let seq = 1; seq <= 3; seq += 1) push(producer, seq);
    viewer.pause();
    viewer.acknowledge(ack(1));
    viewer.resume();
    expect(transport.seqs).toEqual([1]);
    expectBalance(viewer, stream, 0);
  });

  it('moves to another stream, and still knows the frames of the first', () => {
    const { stream, producer, transport, viewer } = watching();
    const other = streamKit({ name: 'gate' });
    other.producer.live();
    push(producer, 1);
    viewer.watch(other.stream, viewerRequest());
    expect([stream.info.viewers, other.stream.info.viewers]).toEqual([0, 1]);
    expect(transport.chosenFor.at(-1)).toBe('gate jpeg-1280x720-q30');
    // Its way is still full of the first one's, whose numbers are the same.
    push(other.producer, 1);
    expect(transport.frames).toHaveLength(1);
    viewer.acknowledge(ack(1));
    expect(transport.seqs).toEqual([1, 1]);
    viewer.acknowledge(ack(1));
    expect(other.producer.demandFor(KEY)).toBe(Infinity);
  });

  it('has nothing to change, pause or resume while it watches nothing', () => {
    const transport = new FakeTransport();
    const viewer = new Viewer(transport);
    viewer.pause();
    viewer.resume();
    viewer.stop();
    expect(viewer.change({ quality: 1 })).toBe(false);
    expect(viewer.request).toBeUndefined();
    viewer.tick();
    expect(transport).toMatchObject({ stalls: 0, reports: [], frames: [] });
  });

  it('gets nothing more once it has stopped', () => {
    const { producer, stream, transport, viewer } = watching();
    producer.capture();
    viewer.stop();
    push(producer, 2);
    viewer.acknowledge(ack(1));
    expect(transport.seqs).toEqual([1]);
    expect(stream.info.viewers).toBe(0);
    expect(viewer.request).toBeUndefined();
  });

  it('is told once a second how it goes, while it watches', () => {
    const { producer, transport, viewer } = watching();
    producer.capture();
    viewer.tick();
    viewer.pause();
    viewer.tick();
    expect(transport.reports).toEqual([
      {
        captured: 1,
        sent: 1,
        sentBytes: 43,
        dropped: { rate: 0, superseded: 0, skipped: 0 },
        link: { bitsPerSecond: null, rttMs: null, queueMs: null, rung: 0, rungs: 12, latencyBudgetMs: 100 },
        viewerFps: null,
        viewers: 1,
      },
    ]);
  });

  it('is told the mode that it asked for with the first answer', () => {
    expect(watching({ mode: 'fixed' }).transport.modes).toEqual(['fixed']);
    expect(watching({ mode: 'auto' }).transport.modes).toEqual(['auto']);
  });

  it('that asks for another size while the source is lost sees why in that size', async () => {
    const { stream, producer, transport, viewer } = watching();
    producer.capture();
    viewer.acknowledge(ack(1));
    producer.lost();
    await vi.advanceTimersByTimeAsync(0);
    viewer.acknowledge(ack(2));
    viewer.change({ maxWidth: 320 });
    await vi.advanceTimersByTimeAsync(0);
    const shown = transport.frames.map(({ header: { placeholder, width } }) => `${placeholder} ${width}`);
    expect(shown).toEqual(['false 1280', 'true 1280', 'true 320']);
    expectBalance(viewer, stream, 0);
  });

  it('that says no longer what has arrived gets the next frame all the same', () => {
    const { producer, transport, viewer } = watching();
    push(producer, 1);
    push(producer, 2);
    viewer.forgetInFlight();
    expect(transport.seqs).toEqual([1, 2]);
  });

  it('is given up when it takes nothing for 10 s', () => {
    const { producer, transport, viewer } = watching();
    producer.capture();
    vi.advanceTimersByTime(10_000);
    viewer.tick();
    expect(transport.stalls).toBe(0);
    vi.advanceTimersByTime(1);
    viewer.tick();
    expect(transport.stalls).toBe(1);
  });

  it('that answers pings is given up when it leaves a frame unread for 60 s, unless it says next', () => {
    const { producer, transport, viewer } = watching();
    const leaves = (seq: number) => {
      producer.capture();
      viewer.asked(seq);
      viewer.arrived(seq, { arrivedAt: performance.now(), isTimed: true, rttMs: 1, unreadBytes: 0 });
    };
    leaves(1);
    viewer.read(1);
    vi.advanceTimersByTime(3_600_000);
    viewer.tick();
    leaves(2);
    vi.advanceTimersByTime(60_000);
    viewer.tick();
    expect(transport.stalls).toBe(0);
    vi.advanceTimersByTime(1000);
    viewer.tick();
    expect(transport.stalls).toBe(1);
    viewer.next();
    viewer.tick();
    expect(transport.stalls).toBe(1);
  });

  it('is not given up while it takes something, however slowly, or while nothing comes', () => {
    const { producer, transport, viewer } = watching();
    for (let seq = 1; seq <= 10; seq += 1) {
      push(producer, seq);
      vi.advanceTimersByTime(9000);
      viewer.tick();
      viewer.acknowledge(ack(seq));
    }
    vi.advanceTimersByTime(3_600_000);
    viewer.tick();
    expect(transport.stalls).toBe(0);
  });
});
