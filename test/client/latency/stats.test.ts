import { describe, expect, it } from 'vitest';
import { MOST_LATENCIES } from '@framewire/shared/control';
import { StatsMeter } from '../../../client/src/latency/stats.js';

const UNSYNCED = { synced: false, rttMs: undefined };
const SYNCED = { synced: true, rttMs: 0.5 };

describe('StatsMeter', () => {
  it('says undefined, not 0, of what it does not know', () => {
    const stats = new StatsMeter(0).read(100, UNSYNCED);
    expect(stats).toEqual({
      fps: 0,
      bitsPerSecond: 0,
      received: 0,
      receivedBytes: 0,
      captured: undefined,
      viewers: undefined,
      link: undefined,
      latencyMs: { encode: undefined, network: undefined, draw: undefined, received: undefined, total: undefined },
      dropped: { rate: 0, superseded: 0, skipped: 0, client: 0 },
      clock: UNSYNCED,
    });
  });

  it('knows only the stages that need no clock before the clocks are aligned', () => {
    const meter = new StatsMeter(0);
    meter.arrived({ bytes: 1000, receivedAt: 100, encodeMs: 4, ageMs: undefined });
    meter.drawn(110, 10, undefined);
    const { latencyMs } = meter.read(200, UNSYNCED);
    expect(latencyMs.encode).toEqual({ p50: 4, p95: 4 });
    expect(latencyMs.draw).toEqual({ p50: 10, p95: 10 });
    expect([latencyMs.network, latencyMs.received, latencyMs.total]).toEqual([undefined, undefined, undefined]);
  });

  it('splits capture -> draw into stages', () => {
    const meter = new StatsMeter(0);
    for (let i = 0; i < 20; i++) {
      const receivedAt = i * 33;
      meter.arrived({ bytes: 1000, receivedAt, encodeMs: 4, ageMs: 6 + i });
      meter.drawn(receivedAt + 8, 8, 14 + i);
    }
    expect(meter.read(20 * 33, SYNCED).latencyMs).toEqual({
      encode: { p50: 4, p95: 4 },
      network: { p50: 11, p95: 20 },
      draw: { p50: 8, p95: 8 },
      received: { p50: 15, p95: 24 },
      total: { p50: 23, p95: 32 },
    });
  });

  it('counts frames and bits a second over two seconds', () => {
    const meter = new StatsMeter(0);
    for (let at = 0; at < 4000; at += 50) meter.arrived({ bytes: 500, receivedAt: at, encodeMs: 1, ageMs: 1 });
    const stats = meter.read(3999, SYNCED);
    expect(stats.fps).toBe(20);
    expect(stats.bitsPerSecond).toBe(80_000);
    expect(stats.received).toBe(80);
    expect(stats.receivedBytes).toBe(40_000);
  });

  it('counts rates from the moment that frames flow again', () => {
    const meter = new StatsMeter(0);
    meter.flows(10_000);
    for (let at = 10_000; at < 10_500; at += 50) meter.arrived({ bytes: 500, receivedAt: at, encodeMs: 1, ageMs: 1 });
    expect(meter.read(10_500, SYNCED).fps).toBe(20);
  });

  it('puts the drops of both sides beside each other', () => {
    const meter = new StatsMeter(0);
    meter.dropped(2);
    meter.dropped(1);
    const dropped = { rate: 5, superseded: 6, skipped: 7 };
    const link = { bitsPerSecond: 4.8e6, rttMs: 40, queueMs: 2, rung: 3, rungs: 11, latencyBudgetMs: 100 };
    meter.server({ captured: 100, sent: 82, sentBytes: 1, dropped, link, viewerFps: null, viewers: 3 });
    expect(meter.read(0, SYNCED)).toMatchObject({
      captured: 100,
      link,
      viewers: 3,
      dropped: { ...dropped, client: 3 },
    });
  });

  it('reports every latency once, none below 0 and no more than a report may have', () => {
    const meter = new StatsMeter(0);
    expect(meter.takeReport()).toBeUndefined();
    meter.arrived({ bytes: 1000, receivedAt: 1, encodeMs: 4, ageMs: 6.04 });
    meter.arrived({ bytes: 1000, receivedAt: 2, encodeMs: 4, ageMs: undefined });
    meter.drawn(3, 1, -0.2);
    expect(meter.takeReport()).toEqual({ receivedMs: [6], drawnMs: [0] });
    for (let i = 0; i < 300; i++) meter.drawn(i, 1, i);
    expect(meter.takeReport()?.drawnMs).toHaveLength(MOST_LATENCIES);
    expect(meter.takeReport()).toBeUndefined();
  });
});
