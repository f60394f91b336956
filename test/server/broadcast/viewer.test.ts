import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ack } from '@framewire/shared/ack';
import type { ChosenRendition, SourceState, ViewerStats } from '@framewire/shared/control';
import { renditionKey } from '@framewire/shared/rendition';
import type { Stream } from '../../../server/src/broadcast/stream.js';
import { Viewer, type ViewerTransport } from '../../../server/src/broadcast/viewer.js';
import type { EncodedFrame } from '../../../server/src/frames.js';
import { frameHeader, request, streamKit, type FakeProducer } from './fakes.js';

/** A transport that keeps what it is given; frames are taken from it when the test says so. */
class FakeTransport implements ViewerTransport {
  readonly frames: EncodedFrame[] = [];
  readonly chosenFor: string[] = [];
  readonly states: string[] = [];
  readonly reports: ViewerStats[] = [];
  stalls = 0;
  readonly #taken: (() => void)[] = [];

  get seqs(): number[] {
    return this.frames.map(({ header }) => header.seq);
  }

  send(frame: EncodedFrame, onTaken: () => void): void {
    this.frames.push(frame);
    this.#taken.push(onTaken);
  }

  chosen(stream: Stream, rendition: ChosenRendition): void {
    this.chosenFor.push(`${stream.name} ${renditionKey(rendition)}`);
  }

  source(stream: Stream, { state }: SourceState): void {
    this.states.push(`${stream.name} ${state}`);
  }

  stats(stats: ViewerStats): void {
    this.reports.push(stats);
  }

  stalled(): void {
    this.stalls += 1;
  }

  /** The kernel takes the oldest frame that lies in the socket. */
  drain(): void {
    this.#taken.shift()?.();
  }
}

function ack(seq: number): Ack {
  return {
    hidden: false,
    decodeError: false,
    needsKey: false,
    decodeQueue: 0,
    clientDropped: 0,
    seq,
    receivedAt: 0,
    payloadMs: 0,
    drawnSeq: 0,
    drawLagMs: 0,
  };
}

const KEY = 'jpeg-1280x720-q30';

function watching(by: 'viewer' | 'socket', wishes: Parameters<typeof request>[0] = {}) {
  const { stream, producer } = streamKit();
  producer.live();
  const transport = new FakeTransport();
  const viewer = new Viewer(transport, by);
  viewer.watch(stream, request(wishes));
  return { stream, producer, transport, viewer };
}

/** Frames that come although nobody is ready, as those that were on their way when the demand ended. */
function push(producer: FakeProducer, seq: number, capturedAt = 0): void {
  const rendition = [...producer.wanted.keys()][0] ?? 1;
  producer.events.frame(frameHeader({ rendition, seq, capturedAt }), new Uint8Array(3));
}

function expectBalance(viewer: Viewer, stream: Stream, waiting: number): void {
  const { captured, sent, dropped } = viewer.stats(stream);
  expect(captured).toBe(sent + dropped.rate + dropped.superseded + dropped.skipped + waiting);
}

describe('a viewer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  describe('that acknowledges', () => {
    it('has two frames on their way, and the newest of the rest waiting', () => {
      const { stream, producer, transport, viewer } = watching('viewer');
      for (let seq = 1; seq <= 5; seq += 1) push(producer, seq);
      expect(transport.seqs).toEqual([1, 2]);
      expectBalance(viewer, stream, 1);
      expect(viewer.acknowledge(ack(1))).toBe(true);
      expect(transport.seqs).toEqual([1, 2, 5]);
      expect(viewer.stats(stream)).toMatchObject({ captured: 5, sent: 3, dropped: { superseded: 2 } });
      expectBalance(viewer, stream, 0);
    });

    it('asks for nothing while it could not be served', () => {
      const { producer, viewer } = watching('viewer');
      producer.capture();
      expect(producer.demandFor(KEY)).toBe(Infinity);
      producer.capture();
      expect(producer.demandFor(KEY)).toBe(0);
      producer.capture();
      viewer.acknowledge(ack(1));
      expect(producer.demandFor(KEY)).toBe(Infinity);
    });

    it('counts what was not even encoded for it', () => {
      const { stream, producer, viewer } = watching('viewer');
      for (let i = 0; i < 10; i += 1) producer.capture();
      viewer.acknowledge(ack(2));
      producer.capture();
      expect(viewer.stats(stream)).toMatchObject({ captured: 11, sent: 3, dropped: { skipped: 8 } });
      expectBalance(viewer, stream, 0);
    });

    it('takes one acknowledgement for all before it', () => {
      const { producer, transport, viewer } = watching('viewer');
      push(producer, 1);
      push(producer, 2);
      expect(viewer.acknowledge(ack(2))).toBe(true);
      push(producer, 3);
      push(producer, 4);
      expect(transport.seqs).toEqual([1, 2, 3, 4]);
    });

    it.each([
      ['of a frame that was never sent', 1, 99],
      ['that came already', 1, 1],
      ['of a frame before one that is acknowledged', 2, 1],
    ])('refuses an acknowledgement %s, and sends nothing for it', (_, first, seq) => {
      const { producer, transport, viewer } = watching('viewer');
      for (let i = 1; i <= 4; i += 1) push(producer, i);
      viewer.acknowledge(ack(first));
      const sent = [...transport.seqs];
      expect(viewer.acknowledge(ack(seq))).toBe(false);
      expect(transport.seqs).toEqual(sent);
    });

    it('is not acknowledged by its socket', () => {
      const { producer, transport } = watching('viewer');
      for (let seq = 1; seq <= 3; seq += 1) push(producer, seq);
      transport.drain();
      transport.drain();
      expect(transport.seqs).toEqual([1, 2]);
    });
  });

  describe('that does not acknowledge', () => {
    it('gets a frame when its socket has taken the last one', () => {
      const { stream, producer, transport, viewer } = watching('socket');
      for (let seq = 1; seq <= 3; seq += 1) push(producer, seq);
      expect(transport.seqs).toEqual([1]);
      expect(producer.demandFor(KEY)).toBe(0);
      transport.drain();
      expect(transport.seqs).toEqual([1, 3]);
      transport.drain();
      expect(producer.demandFor(KEY)).toBe(Infinity);
      expectBalance(viewer, stream, 0);
    });

    it('cannot do so after all', () => {
      const { producer, transport, viewer } = watching('socket');
      push(producer, 1);
      push(producer, 2);
      expect(viewer.acknowledge(ack(1))).toBe(false);
      expect(transport.seqs).toEqual([1]);
    });
  });

  it('gets no more than the rate that it asked for', () => {
    const { stream, producer, transport, viewer } = watching('viewer', { fps: 10 });
    for (let i = 0; i < 30; i += 1) {
      producer.capture({ capturedAt: (i * 1000) / 30 });
      viewer.acknowledge(ack(i + 1));
    }
    expect(transport.frames).toHaveLength(10);
    expect(viewer.stats(stream)).toMatchObject({ captured: 30, sent: 10, dropped: { rate: 20 } });
    expect(producer.demandFor(KEY)).toBe(10);
  });

  it('follows a higher rate at once', () => {
    const { producer, transport, viewer } = watching('viewer', { fps: 0.1 });
    producer.capture({ capturedAt: 0 });
    producer.capture({ capturedAt: 100 });
    expect(viewer.change({ fps: 10 })).toBe(true);
    producer.capture({ capturedAt: 200 });
    expect(transport.seqs).toEqual([1, 3]);
    expect(producer.demandFor(KEY)).toBe(0);
  });

  it('is shown a placeholder whatever its rate', async () => {
    const { producer, transport } = watching('viewer', { fps: 0.1 });
    producer.capture({ capturedAt: 0 });
    producer.lost();
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.frames.map(({ header }) => header.placeholder)).toEqual([false, true]);
  });

  it('gives its claim back while it pauses, and goes on with what it asked for', () => {
    const { stream, producer, transport, viewer } = watching('viewer', { quality: 50 });
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
    const { stream, producer, transport, viewer } = watching('viewer');
    for (let seq = 1; seq <= 3; seq += 1) push(producer, seq);
    viewer.pause();
    viewer.acknowledge(ack(2));
    viewer.resume();
    expect(transport.seqs).toEqual([1, 2]);
    expectBalance(viewer, stream, 0);
  });

  it('moves to another stream, and still knows the frames of the first', () => {
    const { stream, producer, transport, viewer } = watching('viewer');
    const other = streamKit({ name: 'gate' });
    other.producer.live();
    push(producer, 1);
    push(producer, 2);
    viewer.watch(other.stream, request());
    expect([stream.info.viewers, other.stream.info.viewers]).toEqual([0, 1]);
    expect(transport.chosenFor.at(-1)).toBe('gate jpeg-1280x720-q30');
    // Its window is still full of the first one's, whose numbers are the same.
    push(other.producer, 1);
    expect(transport.frames).toHaveLength(2);
    viewer.acknowledge(ack(1));
    expect(transport.frames.map(({ header }) => header.seq)).toEqual([1, 2, 1]);
    viewer.acknowledge(ack(2));
    viewer.acknowledge(ack(1));
    expect(viewer.acknowledge(ack(1))).toBe(false);
    expect(other.producer.demandFor(KEY)).toBe(Infinity);
  });

  it('has nothing to change, pause or resume while it watches nothing', () => {
    const transport = new FakeTransport();
    const viewer = new Viewer(transport, 'viewer');
    viewer.pause();
    viewer.resume();
    viewer.stop();
    expect(viewer.change({ quality: 1 })).toBe(false);
    expect(viewer.request).toBeUndefined();
    viewer.tick();
    expect(transport).toMatchObject({ stalls: 0, reports: [], frames: [] });
  });

  it('gets nothing more once it has stopped', () => {
    const { producer, stream, transport, viewer } = watching('viewer');
    producer.capture();
    viewer.stop();
    push(producer, 2);
    viewer.acknowledge(ack(1));
    expect(transport.seqs).toEqual([1]);
    expect(stream.info.viewers).toBe(0);
    expect(viewer.request).toBeUndefined();
  });

  it('is told once a second how it goes, while it watches', () => {
    const { producer, transport, viewer } = watching('viewer');
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
        viewers: 1,
      },
    ]);
  });

  it.each(['viewer', 'socket'] as const)('is given up when its %s takes nothing for 10 s', by => {
    const { producer, transport, viewer } = watching(by);
    producer.capture();
    vi.advanceTimersByTime(10_000);
    viewer.tick();
    expect(transport.stalls).toBe(0);
    vi.advanceTimersByTime(1);
    viewer.tick();
    expect(transport.stalls).toBe(1);
  });

  it('is not given up while it takes something, however slowly, or while nothing comes', () => {
    const { producer, transport, viewer } = watching('viewer');
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
