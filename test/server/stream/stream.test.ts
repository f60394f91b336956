import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOST, RecordingSink, request, streamKit } from '../fakes.js';

describe('a stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  describe('opens and closes its source by demand', () => {
    it('is idle until the first viewer, who starts it', () => {
      const { stream, producer, watch } = streamKit();
      expect(stream.info).toMatchObject({ source: { state: 'idle' }, width: null, viewers: 0 });
      const { sink } = watch();
      expect(producer.calls).toEqual(['start']);
      expect(sink.states).toEqual([{ state: 'starting' }]);
      expect(stream.info).toMatchObject({ source: { state: 'starting' }, viewers: 1 });
    });

    it('stops a grace after the last viewer has gone, not before', () => {
      const { stream, producer, watch } = streamKit({ graceMs: 10_000 });
      const [one, other] = [watch(), watch()];
      producer.live();
      one.lease[Symbol.dispose]();
      vi.advanceTimersByTime(60_000);
      expect(producer.calls).not.toContain('stop');
      other.lease[Symbol.dispose]();
      vi.advanceTimersByTime(9999);
      expect(producer.calls).not.toContain('stop');
      vi.advanceTimersByTime(1);
      expect(producer.calls.at(-1)).toBe('stop');
      expect(stream.info).toMatchObject({ source: { state: 'idle' }, viewers: 0 });
    });

    it('goes on when somebody comes within the grace', () => {
      const { stream, producer, watch } = streamKit({ graceMs: 10_000 });
      watch().lease[Symbol.dispose]();
      producer.live();
      vi.advanceTimersByTime(9999);
      const { sink } = watch();
      vi.advanceTimersByTime(60_000);
      expect(producer.calls).not.toContain('stop');
      expect(sink.states).toEqual([{ state: 'live' }]);
      expect(stream.info.source).toEqual({ state: 'live' });
    });

    it('starts again after the grace, and knows its size from last time', () => {
      const { producer, watch } = streamKit({ graceMs: 10_000 });
      watch().lease[Symbol.dispose]();
      producer.live();
      vi.advanceTimersByTime(10_000);
      const { sink } = watch();
      expect(producer.calls).toEqual(['start', 'stop', 'start']);
      expect(sink.states).toEqual([{ state: 'starting' }]);
      expect(sink.lastChoice).toBe('jpeg-1280x720-q30');
    });

    it('never stops by itself when the grace is infinite', () => {
      const { producer, watch } = streamKit({ graceMs: Infinity });
      watch().lease[Symbol.dispose]();
      vi.advanceTimersByTime(10 * 86_400_000);
      expect(producer.calls).toEqual(['start']);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('counts a lease that is given back twice once', () => {
      const { stream, watch } = streamKit();
      const [one] = [watch(), watch()];
      one.lease[Symbol.dispose]();
      one.lease[Symbol.dispose]();
      expect(stream.info.viewers).toBe(1);
    });

    it('stops when it is closed, and does not start again', async () => {
      const { stream, producer, watch } = streamKit();
      watch();
      await stream.close();
      watch().lease[Symbol.dispose]();
      expect(producer.calls).toEqual(['start', 'stop']);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('is probed', () => {
    it('and says how the source is as soon as that is known', async () => {
      const { stream, producer } = streamKit();
      const probe = stream.probe(1500);
      producer.events.source({ state: 'starting' });
      producer.lost();
      await expect(probe).resolves.toEqual(LOST);
    });

    it('and says that it is starting when the source takes longer than the patience', async () => {
      const { stream } = streamKit();
      const probe = stream.probe(1500);
      await vi.advanceTimersByTimeAsync(1500);
      await expect(probe).resolves.toEqual({ state: 'starting' });
    });

    it('and closes its source a grace after the answer, however short the grace', async () => {
      const { stream, producer } = streamKit({ graceMs: 0 });
      const probe = stream.probe(1500);
      await vi.advanceTimersByTimeAsync(1000);
      producer.live();
      await expect(probe).resolves.toEqual({ state: 'live' });
      expect(producer.calls).toEqual(['start']);
      await vi.advanceTimersByTimeAsync(0);
      expect(producer.calls).toEqual(['start', 'stop']);
    });

    it('and waits no longer once it is closed', async () => {
      const { stream } = streamKit();
      const probe = stream.probe(10_000);
      await stream.close();
      await expect(probe).resolves.toEqual({ state: 'starting' });
      expect(vi.getTimerCount()).toBe(0);
    });

    it('and leaves the source open for who has come meanwhile', async () => {
      const { stream, producer, watch } = streamKit({ graceMs: 0 });
      const probe = stream.probe(1500);
      watch();
      producer.live();
      await probe;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(producer.calls).not.toContain('stop');
    });
  });

  describe('asks for what somebody is ready for', () => {
    it('and for nothing while nobody is', () => {
      const { producer, watch } = streamKit();
      producer.live();
      const { lease, sink } = watch();
      lease.setReady(false);
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(0);
      producer.capture();
      expect(sink.frames).toEqual([]);
      lease.setReady(true);
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(Infinity);
    });

    it('at the highest rate among those who are ready', () => {
      const { producer, watch } = streamKit();
      producer.live();
      watch({ fps: 5 });
      const { lease } = watch({ fps: 20 });
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(20);
      lease.setReady(false);
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(5);
      lease.setReady(true);
      lease[Symbol.dispose]();
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(5);
    });

    it('also of readiness from before there was a rendition', () => {
      const { producer, watch } = streamKit();
      const { lease } = watch();
      expect(producer.wanted.size).toBe(0);
      producer.live();
      expect(producer.demandFor('jpeg-1280x720-q30')).toBe(Infinity);
      lease[Symbol.dispose]();
      lease.setReady(true);
      expect(producer.wanted.size).toBe(0);
    });
  });

  it('tells what it is, and what it has done', () => {
    const { stream, producer, watch } = streamKit({ title: 'Vorgarten 玄関' });
    watch({ maxWidth: 640 });
    producer.live();
    producer.events.counts({ captured: 100, encoded: 40, damaged: 2 });
    expect(stream.info).toEqual({
      name: 'yard',
      title: 'Vorgarten 玄関',
      id: 7,
      description: 'fake 1280x720',
      source: { state: 'live' },
      width: 1280,
      height: 720,
      fps: 30,
      viewers: 1,
      captured: 100,
      encoded: 40,
      damaged: 2,
      renditions: ['jpeg-640x360-q30'],
    });
  });

  it('tells every change of its source to who listens', () => {
    const { stream, producer } = streamKit();
    const states: unknown[] = [];
    stream.onState(state => states.push(state));
    producer.live();
    producer.lost();
    expect(states).toEqual([{ state: 'live' }, LOST]);
  });

  it('ends no delivery when a viewer leaves in the midst of it, and gives nothing more to that one', () => {
    const { stream, producer } = streamKit();
    producer.live();
    const sinks = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
    const leases = sinks.map(sink => stream.acquire(request(), sink));
    leases.forEach(lease => lease.setReady(true));
    const [first] = sinks;
    if (first === undefined) throw new Error('No sink.');
    // Whoever is served first, all three are gone by the time the others would be.
    for (const sink of sinks) {
      sink.delivery.offer = frame => {
        first.frames.push(frame);
        leases.forEach(lease => lease[Symbol.dispose]());
      };
    }
    producer.capture();
    expect(first.frames).toHaveLength(1);
    expect(stream.info).toMatchObject({ viewers: 0, renditions: [] });
  });
});
