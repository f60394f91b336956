import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { request, streamKit } from '../fakes.js';

const FIXED = { size: 'fixed' } as const;
const WIDTHS = [1280, 640, 320] as const;

describe('a viewer that must keep its size', () => {
  it('gets another quality of the same size at the limit', () => {
    const { producer, watch } = streamKit({ maxRenditions: 2 });
    producer.live();
    watch({ maxWidth: 640, quality: 70 });
    watch({ quality: 20 });
    const { sink } = watch({ ...FIXED, quality: 70 });
    expect(sink.lastChoice).toBe('jpeg-1280x720-q20');
    expect(sink.choices[0]?.why).toContain('nearest to jpeg-1280x720-q70');
  });

  it('makes those give way who can take another size, and not those who cannot', () => {
    const { stream, producer, watch } = streamKit({ maxRenditions: 2 });
    producer.live();
    const kept = watch({ ...FIXED, maxWidth: 320 });
    const moved = watch({ maxWidth: 1000 });
    const { sink } = watch({ ...FIXED, maxWidth: 640 });
    expect(sink.lastChoice).toBe('jpeg-640x360-q30');
    expect(kept.sink.choices).toHaveLength(1);
    expect(moved.sink.lastChoice).toBe('jpeg-640x360-q30');
    expect(stream.info.renditions).toEqual(['jpeg-320x180-q30', 'jpeg-640x360-q30']);
    producer.capture();
    expect([kept, moved].map(viewer => viewer.sink.seqs)).toEqual([[1], [1]]);
  });

  it('makes others of one size share a quality, when that is the only room there is', () => {
    const { producer, watch } = streamKit({ maxRenditions: 2 });
    producer.live();
    const [fine, coarse] = [watch({ ...FIXED, quality: 60 }), watch({ ...FIXED, quality: 20 })];
    const { sink } = watch({ ...FIXED, maxWidth: 640 });
    expect(sink.lastChoice).toBe('jpeg-640x360-q30');
    const given = [fine, coarse].map(viewer => viewer.sink.lastChoice);
    expect(new Set(given).size).toBe(1);
    expect(given[0]).toMatch(/^jpeg-1280x720-/);
  });

  it('is refused when there are as many such sizes as there may be, and nobody loses anything', async () => {
    const { stream, producer, watch } = streamKit({ maxRenditions: WIDTHS.length });
    producer.live();
    const others = WIDTHS.map(maxWidth => watch({ ...FIXED, maxWidth }));
    expect(() => stream.refuseWithoutRoom(request({ ...FIXED, maxWidth: 800 }))).toThrow(/1280x720, 640x360, 320x180/);
    expect(() => stream.refuseWithoutRoom(request({ ...FIXED, maxWidth: 640, quality: 90 }))).not.toThrow();
    expect(() => stream.refuseWithoutRoom(request({ maxWidth: 800 }))).not.toThrow();
    const { sink } = watch({ ...FIXED, maxWidth: 800 });
    expect(sink.refusals).toEqual([]);
    await eventually(() => sink.refusals.length > 0, 'refusal');
    producer.capture();
    expect(sink).toMatchObject({ refusals: ['too-many-sizes'], choices: [], frames: [] });
    expect(others.map(viewer => viewer.sink.seqs)).toEqual([[1], [1], [1]]);
  });

  it('keeps it when the source comes back larger or smaller', () => {
    const { producer, watch } = streamKit();
    producer.live();
    const { sink } = watch(FIXED);
    const auto = watch();
    for (const size of [
      { width: 1920, height: 1080 },
      { width: 854, height: 480 },
    ]) {
      producer.live(size);
      expect(sink.lastChoice).toBe('jpeg-1280x720-q30');
      expect(auto.sink.lastChoice).toBe(`jpeg-${size.width}x${size.height}-q30`);
    }
    producer.capture();
    expect(sink).toMatchObject({ refusals: [], seqs: [1] });
  });

  it('is let go when the source comes back in another shape, and nobody else is', async () => {
    const { producer, watch } = streamKit();
    producer.live();
    const [{ sink }, auto] = [watch(FIXED), watch()];
    producer.live({ width: 640, height: 480 });
    await eventually(() => sink.refusals.length > 0, 'refusal');
    producer.capture();
    expect(sink).toMatchObject({ refusals: ['shape-changed'], frames: [] });
    expect(auto.sink).toMatchObject({ refusals: [], seqs: [1] });
  });

  it('gets placeholders of that size', async () => {
    const { producer, watch, drawn } = streamKit();
    producer.live();
    const { sink } = watch({ ...FIXED, maxWidth: 640 });
    producer.capture();
    producer.lost();
    await eventually(() => sink.placeholders === 1, 'placeholder');
    producer.live({ width: 1920, height: 1080 });
    producer.lost('It is gone again.');
    await eventually(() => sink.placeholders === 2, 'second placeholder');
    expect(new Set(drawn.map(text => text.split(' ')[1]))).toEqual(new Set(['640x360']));
  });

  it('gets another one when it asks for that itself', () => {
    const { producer, watch } = streamKit();
    producer.live();
    const { lease, sink } = watch(FIXED);
    producer.live({ width: 1920, height: 1080 });
    lease.change(request({ ...FIXED, quality: 50 }));
    expect(sink.lastChoice).toBe('jpeg-1280x720-q50');
    lease.change(request({ ...FIXED, maxWidth: 640 }));
    expect(sink.lastChoice).toBe('jpeg-640x360-q30');
    lease.change(request());
    expect(sink.lastChoice).toBe('jpeg-1920x1080-q30');
  });
});
