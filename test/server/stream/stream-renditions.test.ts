import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../simulate/virtual-clock.js';
import type { FrameHeader } from '@framewire/shared/frame-header';
import type { Ladder } from '../../../server/src/stream/ladder.js';
import { RecordingSink, request, streamKit } from '../fakes.js';

describe('a stream gives renditions', () => {
  it('as soon as the size of the source is known', () => {
    const { producer, watch } = streamKit();
    const { sink } = watch({ maxWidth: 640, quality: 50, fps: 10 });
    expect(sink.choices).toEqual([]);
    producer.live();
    expect(sink.choices).toEqual([
      { rendition: { id: 1, codec: 'jpeg', width: 640, height: 360, quality: 50, fps: 10 }, why: '' },
    ]);
  });

  it('shared by all whose wishes come to the same', () => {
    const { stream, producer, watch } = streamKit();
    producer.live();
    const [one, other] = [watch({ maxWidth: 640 }), watch({ maxHeight: 360, fps: 10 })];
    const third = watch({ quality: 80 });
    expect(stream.info.renditions).toEqual(['jpeg-640x360-q30', 'jpeg-1280x720-q80']);
    producer.capture();
    expect([one, other, third].map(({ sink }) => sink.seqs)).toEqual([[1], [1], [1]]);
    // The very same bytes.
    expect(other.sink.frames[0]).toBe(one.sink.frames[0]);
    expect(third.sink.frames[0]).not.toBe(one.sink.frames[0]);
  });

  it('that end with their last viewer', () => {
    const { stream, producer, watch } = streamKit();
    producer.live();
    const [one, other] = [watch(), watch()];
    one.lease[Symbol.dispose]();
    expect(producer.wanted.size).toBe(1);
    other.lease[Symbol.dispose]();
    expect(producer.wanted.size).toBe(0);
    expect(stream.info.renditions).toEqual([]);
  });

  it('and moves a viewer who asks for something else', () => {
    const { producer, watch } = streamKit();
    producer.live();
    const { lease, sink } = watch();
    lease.change(request({ quality: 75 }));
    expect(sink.lastChoice).toBe('jpeg-1280x720-q75');
    expect([...producer.wanted.values()]).toEqual([{ key: 'jpeg-1280x720-q75', fps: Infinity }]);
    producer.capture();
    expect(sink.seqs).toEqual([1]);
  });

  describe('with the newest picture at once for who joins others', () => {
    const joining = async (ageMs: number, fields: Partial<FrameHeader> = {}): Promise<number[]> => {
      const clock = new VirtualClock();
      const { producer, watch } = streamKit({ clock });
      producer.live({ fps: 10 });
      watch();
      producer.capture(fields);
      clock.runUntil(ageMs);
      const { sink } = watch();
      expect(sink.seqs).toEqual([]);
      await Promise.resolve();
      return sink.seqs;
    };

    it('unless the next one is due', async () => {
      expect(await joining(150)).toEqual([1]);
      expect(await joining(151)).toEqual([]);
    });

    it('but for a placeholder, which stands for what is to come', async () => {
      expect(await joining(0, { placeholder: true })).toEqual([]);
    });

    it('unless it has left again', async () => {
      const { producer, watch } = streamKit({ clock: new VirtualClock() });
      producer.live();
      watch();
      producer.capture();
      const { lease, sink } = watch();
      lease.change(request({ quality: 75 }));
      await Promise.resolve();
      expect(sink.seqs).toEqual([]);
    });
  });

  it('and tells a viewer that is about to begin which of them are running', () => {
    const { stream, producer, watch } = streamKit();
    producer.live();
    watch({ quality: 45 });
    const running: number[] = [];
    const startRung = (ladder: Ladder, isRunning: (rung: number) => boolean): number => {
      for (let rung = 0; rung < ladder.rungs; rung += 1) if (isRunning(rung)) running.push(rung);
      return running[0] ?? 0;
    };
    const sink = Object.assign(new RecordingSink(), { startRung });
    stream.acquire(request({ quality: 60 }), sink);
    expect(running).toEqual([1]);
    expect(sink.lastChoice).toBe('jpeg-1280x720-q45');
    expect(producer.wanted.size).toBe(1);
  });

  it('and keeps one that changes only its rate in its rendition', () => {
    const { producer, watch } = streamKit();
    producer.live();
    const { lease, sink } = watch();
    lease.change(request({ fps: 5 }));
    expect(sink.choices.map(({ rendition }) => [rendition.id, rendition.fps])).toEqual([
      [1, null],
      [1, 5],
    ]);
    expect(producer.demandFor('jpeg-1280x720-q30')).toBe(5);
  });

  it('up to the limit; who asks for more gets the nearest and is told so', () => {
    const { stream, producer, watch } = streamKit({ maxRenditions: 2 });
    producer.live();
    watch({ quality: 20 });
    watch({ quality: 80 });
    const { sink } = watch({ quality: 70 });
    expect(sink.lastChoice).toBe('jpeg-1280x720-q80');
    expect(sink.choices[0]?.why).toContain('nearest to jpeg-1280x720-q70');
    expect(stream.info.renditions).toHaveLength(2);
    producer.capture();
    expect(sink.seqs).toEqual([1]);
  });

  it('and lets a viewer that is alone in its rendition exchange it at the limit', () => {
    const { producer, watch } = streamKit({ maxRenditions: 2 });
    producer.live();
    watch({ quality: 20 });
    const { lease, sink } = watch({ quality: 80 });
    lease.change(request({ quality: 70 }));
    expect(sink.lastChoice).toBe('jpeg-1280x720-q70');
    expect(sink.choices.at(-1)?.why).toBe('');
  });

  it('and places all viewers again when the source comes back with another size', () => {
    const { stream, producer, watch } = streamKit();
    producer.live();
    const [whole, small] = [watch(), watch({ maxWidth: 640 })];
    producer.live({ width: 1920, height: 1080 });
    expect(whole.sink.lastChoice).toBe('jpeg-1920x1080-q30');
    expect(small.sink.lastChoice).toBe('jpeg-640x360-q30');
    expect(stream.info.renditions).toEqual(['jpeg-1920x1080-q30', 'jpeg-640x360-q30']);
    producer.capture();
    expect(whole.sink.seqs).toEqual([1]);
    expect(small.sink.seqs).toEqual([1]);
  });

  it('and does not count renditions of the old size against the limit then', () => {
    const { stream, producer, watch } = streamKit({ maxRenditions: 1 });
    producer.live();
    const [one, other] = [watch(), watch()];
    producer.live({ width: 640, height: 480 });
    expect([one.sink.lastChoice, other.sink.lastChoice]).toEqual(['jpeg-640x480-q30', 'jpeg-640x480-q30']);
    expect(stream.info.renditions).toEqual(['jpeg-640x480-q30']);
    expect(other.sink.choices.at(-1)?.why).toBe('');
  });

  it('under numbers that differ as long as they are in use', () => {
    const clock = new VirtualClock();
    const { producer, watch } = streamKit({ clock });
    producer.live();
    const { sink } = watch({ quality: 1 });
    const { lease } = watch({ quality: 2 });
    for (let i = 0; i < 65_540; i += 1) {
      clock.runUntil(i * 1000);
      lease.change(request({ quality: 2 + (i % 2) }));
    }
    expect(sink.choices[0]?.rendition.id).toBe(1);
    expect(producer.wanted.get(1)).toEqual({ key: 'jpeg-1280x720-q1', fps: Infinity });
    expect(producer.wanted.size).toBe(2);
  });
});
