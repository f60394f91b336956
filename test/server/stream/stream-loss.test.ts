import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ViewerCounts } from '../../../server/src/viewer/viewer-counts.js';
import { LOST, request, streamKit } from '../fakes.js';

/** Lets promises that are settled go on, and no time pass. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('a stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  describe('shows why there is no picture', () => {
    it('to every viewer, in its own size, when the source is lost', async () => {
      const { producer, drawn, watch } = streamKit();
      producer.live();
      const [whole, small] = [watch(), watch({ maxWidth: 640 })];
      producer.lost('It is gone.');
      await settle();
      expect(whole.sink.states.at(-1)).toEqual(LOST);
      expect(whole.sink.frames.map(({ header }) => header)).toMatchObject([
        { placeholder: true, key: true, width: 1280, height: 720, stream: 7, rendition: 1, payloadBytes: 2 },
      ]);
      expect(small.sink.frames.map(({ header }) => header)).toMatchObject([
        { placeholder: true, width: 640, height: 360, rendition: 2 },
      ]);
      expect(drawn).toEqual(['yard 1280x720 It is gone.', 'yard 640x360 It is gone.']);
    });

    it('drawn once for all viewers of a size, also for those who come while it lasts', async () => {
      const { producer, drawn, watch } = streamKit();
      producer.live();
      const first = watch();
      producer.lost();
      await settle();
      const others = [watch(), watch({ quality: 80 })];
      await settle();
      expect(others.map(({ sink }) => sink.placeholders)).toEqual([1, 1]);
      // Nobody is shown it again because somebody else has come.
      expect(first.sink.placeholders).toBe(1);
      expect(drawn).toHaveLength(1);
    });

    it('to viewers of a source that never opened', async () => {
      const { producer, watch } = streamKit();
      const { sink } = watch();
      producer.lost();
      await settle();
      expect(sink.lastChoice).toBe('jpeg-1280x720-q30');
      expect(sink.placeholders).toBe(1);
      producer.live({ width: 640, height: 480 });
      expect(sink.lastChoice).toBe('jpeg-640x480-q30');
    });

    it('again with each new reason', async () => {
      const { producer, drawn, watch } = streamKit();
      producer.live();
      const { sink } = watch();
      producer.lost('It is gone.');
      await settle();
      producer.lost('There is no camera.');
      await settle();
      expect(sink.placeholders).toBe(2);
      expect(drawn).toEqual(['yard 1280x720 It is gone.', 'yard 1280x720 There is no camera.']);
    });

    it('once, however often the source is tried again in vain', async () => {
      const { stream, producer, drawn, watch } = streamKit();
      const told: string[] = [];
      stream.onState(({ state }) => told.push(state));
      producer.live();
      const { sink } = watch();
      for (let tries = 0; tries < 3; tries += 1) {
        producer.lost();
        await settle();
      }
      expect(sink.states.map(({ state }) => state)).toEqual(['live', 'lost']);
      expect(sink.placeholders).toBe(1);
      expect(drawn).toHaveLength(1);
      expect(told).toEqual(['live', 'lost']);
      producer.live();
      producer.capture();
      expect(sink.seqs).toEqual([1, 2]);
      // The same once more is another loss.
      producer.lost();
      await settle();
      expect(sink.seqs).toEqual([1, 2, 3]);
      expect(told).toEqual(['live', 'lost', 'live', 'lost']);
    });

    it('not once pictures come again, even if it was still being drawn', async () => {
      let finish: (jpeg: Uint8Array) => void = () => undefined;
      const drawPlaceholder = () =>
        new Promise<Uint8Array>(resolve => {
          finish = resolve;
        });
      const { producer, watch } = streamKit({ drawPlaceholder });
      producer.live();
      const { sink } = watch();
      producer.lost();
      producer.live();
      finish(new Uint8Array(2));
      await settle();
      expect(sink.frames).toEqual([]);
      watch();
      await settle();
      expect(sink.frames).toEqual([]);
    });

    it('and lets no frame that was still on its way cover it', async () => {
      const { producer, watch } = streamKit();
      producer.live();
      const { sink } = watch();
      producer.capture();
      producer.lost();
      producer.capture();
      await settle();
      expect(sink.frames.map(({ header }) => header.placeholder)).toEqual([false, true]);
    });

    it('and says so when even that cannot be drawn', async () => {
      const { producer, warnings, watch } = streamKit({
        drawPlaceholder: () => Promise.reject(new Error('no fonts')),
      });
      watch();
      producer.lost();
      await settle();
      expect(warnings).toEqual([expect.stringContaining('no fonts')]);
    });

    it('not to who comes after the grace: the source is tried anew', async () => {
      const { producer, watch } = streamKit({ graceMs: 10 });
      producer.live();
      const { lease } = watch();
      producer.lost();
      lease[Symbol.dispose]();
      await vi.advanceTimersByTimeAsync(10);
      const { sink } = watch();
      await settle();
      expect(sink.states).toEqual([{ state: 'starting' }]);
      expect(sink.frames).toEqual([]);
    });
  });

  describe('shows why a rendition has no picture', () => {
    /** Two renditions, of which the second fails; the first goes on. */
    function half(options: Parameters<typeof streamKit>[0] = {}) {
      const kit = streamKit(options);
      kit.producer.live();
      const [healthy, failing] = [kit.watch(), kit.watch({ maxWidth: 640 })];
      kit.producer.failing.add(2);
      return { ...kit, healthy: healthy.sink, failing: failing.sink };
    }

    it('to its viewers alone, with the number of the picture that failed', async () => {
      const { producer, drawn, healthy, failing } = half();
      for (let i = 0; i < 3; i += 1) producer.capture();
      producer.reportFailures('The step failed.');
      await settle();
      expect(failing.frames.map(({ header }) => header)).toMatchObject([
        { placeholder: true, key: true, width: 640, height: 360, rendition: 2, seq: 3 },
      ]);
      expect(drawn).toEqual(['yard 640x360 The step failed.']);
      producer.capture();
      expect(healthy.seqs).toEqual([1, 2, 3, 4]);
      expect(healthy.placeholders).toBe(0);
      expect(failing.states.map(({ state }) => state)).toEqual(['live']);
    });

    it('until it has one again; numbers never fall, and every picture is accounted for', async () => {
      const { producer, healthy, failing } = half();
      for (let second = 0; second < 3; second += 1) {
        for (let i = 0; i < 5; i += 1) producer.capture();
        producer.reportFailures();
        await settle();
      }
      producer.failing.clear();
      producer.capture();
      expect(failing.frames.map(({ header }) => [header.seq, header.placeholder])).toEqual([
        [5, true],
        [10, true],
        [15, true],
        [16, false],
      ]);
      for (const { seqs } of [healthy, failing]) {
        const counts = new ViewerCounts();
        expect(seqs.map(seq => counts.offered(seq, false))).not.toContain(false);
        expect(seqs.length + counts.totalDropped).toBe(counts.captured);
        expect(seqs.at(-1)).toBe(16);
      }
    });

    it('to those who come later, also from a rendition that is ahead; drawn once', async () => {
      const { producer, drawn, watch } = half();
      const { lease, sink } = watch();
      producer.capture();
      producer.reportFailures();
      await settle();
      producer.capture();
      lease.change(request({ maxWidth: 640 }));
      const late = watch({ maxWidth: 640 });
      producer.capture();
      producer.reportFailures();
      await settle();
      expect(sink.seqs).toEqual([1, 2, 3]);
      expect(sink.frames.at(-1)?.header.placeholder).toBe(true);
      expect(late.sink.seqs).toEqual([3]);
      expect(drawn).toHaveLength(1);
    });

    it('over losses and restarts', async () => {
      const { producer, failing } = half();
      producer.capture();
      producer.lost();
      producer.reportFailures();
      await settle();
      producer.restart();
      producer.live();
      producer.capture();
      producer.reportFailures();
      await settle();
      expect(failing.seqs).toEqual([2, 3]);
      producer.lost();
      await settle();
      expect(failing.seqs).toEqual([2, 3, 4]);
    });

    it('not when it has ended meanwhile, and says once that the placeholder cannot be drawn', async () => {
      const { producer, warnings, failing } = half({ drawPlaceholder: () => Promise.reject(new Error('no fonts')) });
      producer.failing.add(77);
      for (let i = 0; i < 3; i += 1) {
        producer.capture();
        producer.reportFailures();
        await settle();
      }
      expect(failing.frames).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('no fonts')]);
    });
  });

  describe('numbers its pictures', () => {
    it('without a gap or a fall over losses and restarts, and alike in all renditions', async () => {
      const { producer, watch } = streamKit();
      producer.live();
      const [one, other] = [watch(), watch({ quality: 80 })];
      producer.capture();
      producer.capture();
      producer.lost();
      await settle();
      producer.live();
      producer.capture();
      producer.restart();
      producer.live();
      producer.capture();
      producer.lost();
      await settle();
      producer.restart();
      producer.live();
      producer.capture();
      expect(one.sink.seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(other.sink.seqs).toEqual(one.sink.seqs);
      expect(one.sink.frames.map(({ header }) => header.placeholder)).toEqual(
        [3, 6].reduce(
          (flags, seq) => flags.with(seq - 1, true),
          Array.from({ length: 7 }, () => false),
        ),
      );
    });

    it('and counts those that were captured for nobody', () => {
      const { producer, watch } = streamKit();
      producer.live();
      const { lease, sink } = watch();
      producer.capture();
      lease.setReady(false);
      producer.capture();
      producer.capture();
      lease.setReady(true);
      producer.capture();
      expect(sink.seqs).toEqual([1, 4]);
    });
  });
});
