import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ack, type viewerRequest } from '../fakes.js';
import { KEY, watching } from './viewer-kit.js';

describe('a viewer whose rendition follows its link', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Frames of 20 kB that arrive over a link of so many bytes per ms, one every 33 ms. */
  const watchOver = (rate: number, frames: number, wishes: Parameters<typeof viewerRequest>[0] = {}) => {
    const kit = watching({ mode: 'auto', ...wishes });
    for (let i = 1; i <= frames; i += 1) {
      kit.producer.capture({ payloadBytes: 20_000 });
      const payloadMs = (20_042 - 1400) / rate;
      vi.advanceTimersByTime(33);
      const seq = kit.transport.seqs.at(-1) ?? 0;
      // Its own clock began elsewhere; the way there takes nothing.
      kit.viewer.acknowledge(ack(seq, { receivedAt: i * 33 + 1e6 + payloadMs, payloadMs }));
    }
    return kit;
  };

  it('begins with what it asked for where that is small enough for any link, and keeps it where the link carries it', () => {
    const { transport, viewer, stream } = watchOver(10_000, 10);
    expect(transport.chosenFor).toEqual([`yard ${KEY}`]);
    expect(viewer.stats(stream).link).toMatchObject({ rung: 0, rungs: 12 });
    expect(transport.whys).toEqual(['']);
  });

  it('begins small where that is not, and has what it asked for from the second picture on; no word of the link', () => {
    const { transport, viewer, stream } = watchOver(100_000, 10, { quality: 60 });
    expect(transport.chosenFor).toEqual(['yard jpeg-1280x720-q30', 'yard jpeg-1280x720-q60']);
    expect(viewer.stats(stream).link.rung).toBe(0);
    expect(transport.frames.findIndex(({ header }) => header.rendition === 2)).toBe(1);
    expect(transport.whys).toEqual(['', '']);
    expect(transport.causes).toEqual(['asked', 'link']);
  });

  it('is given something smaller when the link carries less, and told why when that is known', () => {
    const { transport, viewer, stream } = watchOver(250, 100);
    expect(viewer.stats(stream).link.rung).toBeGreaterThan(0);
    const told = transport.whys.findIndex(why => why !== '');
    expect(told).toBeGreaterThanOrEqual(2);
    expect(transport.whys[told]).toMatch(/^The link carries \d\.\d Mbit\/s: \d+x\d+ at quality 30\.$/);
  });

  it('is told what its link carries, also when it stays where it began', () => {
    const { transport } = watchOver(800, 100, { quality: 90 });
    const last = transport.chosenFor.at(-1);
    expect(transport.chosenFor.filter(chosen => chosen === last)).toHaveLength(2);
    expect(transport.whys.slice(-2)).toEqual(['', expect.stringMatching(/^The link carries 6\.\d Mbit\/s: /)]);
  });

  it('is given what it asked for, with fewer frames, when it wants nothing else', () => {
    const { transport } = watchOver(250, 10, { mode: 'fixed' });
    expect(transport.chosenFor).toEqual([`yard ${KEY}`]);
    expect(transport.whys).toEqual(['']);
  });

  it('has a budget of its own', () => {
    const { viewer, stream } = watching({ latencyBudgetMs: 400 });
    expect(viewer.stats(stream).link.latencyBudgetMs).toBe(400);
  });

  it('goes on with what its link carries when it comes back from a pause, and is told that again', () => {
    const { transport, viewer } = watchOver(250, 100);
    viewer.pause();
    viewer.resume();
    expect(transport.whys.at(-1)).toMatch(/^The link carries 2\.0 Mbit\/s: /);
  });

  /** Frames that arrive within a millisecond, and are acknowledged at once, for so many seconds. */
  const watchNear = (seconds: number) => {
    const kit = watching();
    for (let i = 1; i <= seconds * 30; i += 1) {
      kit.producer.capture({ payloadBytes: 20_000 });
      vi.advanceTimersByTime(1);
      kit.viewer.acknowledge(ack(kit.transport.seqs.at(-1) ?? 0, { receivedAt: i * 33 + 1, payloadMs: 0.1 }));
      vi.advanceTimersByTime(32);
    }
    return kit;
  };

  it('may acknowledge several frames at once while its link is far from full', () => {
    expect(watchNear(4).transport.ackEvery).toEqual([2, 4, 8, 16]);
  });

  it('acknowledges each frame again as soon as it says that one has not come, and gets none until it has', () => {
    const { transport, viewer, producer } = watchNear(4);
    const came = transport.seqs.at(-1) ?? 0;
    // Nothing was sent, so nothing is missed.
    expect(viewer.acknowledge(ack(came))).toBe(true);
    expect(transport.ackEvery).toEqual([2, 4, 8, 16]);
    producer.capture({ payloadBytes: 20_000 });
    vi.advanceTimersByTime(20);
    expect(viewer.acknowledge(ack(came))).toBe(true);
    expect(transport.ackEvery).toEqual([2, 4, 8, 16, 1]);
    vi.advanceTimersByTime(13);
    for (let i = 0; i < 4; i += 1) {
      producer.capture({ payloadBytes: 20_000 });
      vi.advanceTimersByTime(33);
    }
    expect(transport.seqs.at(-1)).toBe(came + 1);
    expect(viewer.acknowledge(ack(came - 1))).toBe(false);
  });

  it('acknowledges each frame again when who tells of arrivals changes', () => {
    const { transport, viewer } = watchNear(4);
    viewer.forgetInFlight();
    expect(transport.ackEvery).toEqual([2, 4, 8, 16, 1]);
  });

  it('acknowledges each frame again also when that changes in a pause', () => {
    const { transport, viewer } = watchNear(4);
    viewer.pause();
    viewer.forgetInFlight();
    expect(transport.ackEvery).toEqual([2, 4, 8, 16, 1]);
  });

  it('gets one frame a second while its page is hidden', () => {
    const kit = watchOver(10_000, 10);
    const before = kit.transport.frames.length;
    for (let i = 0; i < 150; i += 1) {
      kit.producer.capture();
      kit.viewer.acknowledge(ack(kit.transport.seqs.at(-1) ?? 0, { hidden: true }));
      vi.advanceTimersByTime(33);
    }
    expect(kit.transport.frames.length - before).toBeLessThanOrEqual(6);
  });
});
