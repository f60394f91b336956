import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FramewireError } from '../../../server/src/errors.js';
import { Audience } from '../../../server/src/ops/audience.js';
import { Metrics } from '../../../server/src/ops/metrics.js';
import { ViewerLog } from '../../../server/src/ops/viewer-log.js';
import { streamKit } from '../fakes.js';

function kit() {
  const { stream, producer } = streamKit();
  const metrics = new Metrics('1.2.3', {
    streams: () => [stream],
    connections: () => ({ websocket: 3, http: 2 }),
    certificateExpiresAt: () => Date.parse('2027-01-01T00:00:00Z'),
  });
  const viewers = new ViewerLog(pino({ level: 'silent' }));
  return { producer, metrics, audience: new Audience(viewers, metrics), [Symbol.dispose]: () => viewers.close() };
}

/** @returns the value of a series by its name and labels as they are written. */
async function value(metrics: Metrics, series: string): Promise<number | undefined> {
  const line = (await metrics.text()).split('\n').find(text => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const counts = (sent: number, skipped = 0) => ({
  sent,
  sentBytes: sent * 1000,
  dropped: { rate: 0, superseded: 0, skipped },
});

describe('metrics', () => {
  it('say what the streams do when they are asked for', async () => {
    using its = kit();
    const { metrics, producer } = its;
    producer.live();
    producer.events.counts({ captured: 90, encoded: 30, damaged: 2 });
    producer.events.health({ restarts: 1, memoryBytes: 5e7 });
    expect(await value(metrics, 'framewire_frames_captured_total{stream="yard"}')).toBe(90);
    expect(await value(metrics, 'framewire_frames_encoded_total{stream="yard"}')).toBe(30);
    expect(await value(metrics, 'framewire_frames_damaged_total{stream="yard"}')).toBe(2);
    expect(await value(metrics, 'framewire_engine_restarts_total{stream="yard"}')).toBe(1);
    expect(await value(metrics, 'framewire_engine_memory_bytes{stream="yard"}')).toBe(5e7);
    expect(await value(metrics, 'framewire_source_up{stream="yard"}')).toBe(1);
    producer.lost();
    expect(await value(metrics, 'framewire_source_up{stream="yard"}')).toBe(0);
  });

  it('add up what viewers are sent, also of those who change the stream or come again', async () => {
    using its = kit();
    const { metrics, audience } = its;
    const phone = audience.enter({ address: '192.168.1.7', user: '' }, 'ws');
    phone.watches('yard');
    phone.counted(counts(30, 4));
    phone.counted(counts(45, 5));
    phone.watches('gate');
    phone.counted(counts(50, 5));
    const script = audience.enter({ address: '192.168.1.8', user: '' }, 'mjpeg');
    script.watches('yard');
    script.counted(counts(7));
    expect(await value(metrics, 'framewire_frames_sent_total{stream="yard",transport="ws"}')).toBe(45);
    expect(await value(metrics, 'framewire_sent_bytes_total{stream="yard",transport="ws"}')).toBe(45_000);
    expect(await value(metrics, 'framewire_frames_sent_total{stream="gate",transport="ws"}')).toBe(5);
    expect(await value(metrics, 'framewire_frames_sent_total{stream="yard",transport="mjpeg"}')).toBe(7);
    expect(await value(metrics, 'framewire_frames_dropped_total{stream="yard",reason="skipped"}')).toBe(5);
    expect(await value(metrics, 'framewire_viewers_admitted_total{stream="yard",transport="ws"}')).toBe(1);
  });

  it('take latencies from viewers that watch, in seconds', async () => {
    using its = kit();
    const { metrics, audience } = its;
    const phone = audience.enter({ address: '192.168.1.7', user: '' }, 'ws');
    phone.measured({ receivedMs: [1], drawnMs: [1] });
    phone.watches('yard');
    phone.measured({ receivedMs: [8, 40], drawnMs: [60] });
    expect(await value(metrics, 'framewire_capture_to_arrival_seconds_bucket{le="0.01",stream="yard"}')).toBe(1);
    expect(await value(metrics, 'framewire_capture_to_arrival_seconds_count{stream="yard"}')).toBe(2);
    expect(await value(metrics, 'framewire_capture_to_draw_seconds_bucket{le="0.075",stream="yard"}')).toBe(1);
  });

  it('say how long frames took to encode, who is connected how, and when the certificate ends', async () => {
    using its = kit();
    const { metrics } = its;
    metrics.encoded('yard', [2.5, 12]);
    metrics.encoded('yard', []);
    expect(await value(metrics, 'framewire_encode_duration_seconds_bucket{le="0.005",stream="yard"}')).toBe(1);
    expect(await value(metrics, 'framewire_encode_duration_seconds_count{stream="yard"}')).toBe(2);
    expect(await value(metrics, 'framewire_connections{kind="websocket"}')).toBe(3);
    expect(await value(metrics, 'framewire_connections{kind="http"}')).toBe(2);
    expect(await value(metrics, 'framewire_tls_certificate_expiry_timestamp_seconds')).toBe(1_798_761_600);
  });

  it('count refusals by their codes', async () => {
    using its = kit();
    const { metrics, audience } = its;
    audience.refused(new FramewireError('too-many-viewers', 'It is full.'), '192.168.1.7');
    audience.refusedConnection(new FramewireError('too-many-connections', 'It is full.'), '192.168.1.7');
    expect(await value(metrics, 'framewire_viewers_refused_total{reason="too-many-viewers"}')).toBe(1);
    expect(await value(metrics, 'framewire_connections_refused_total{reason="too-many-connections"}')).toBe(1);
  });

  it('have the names that the dashboard for Grafana asks for', async () => {
    using its = kit();
    const text = await its.metrics.text();
    const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const dashboard = readFileSync(new URL('../../../server/ops/grafana.json', import.meta.url), 'utf8');
    const asked = [...dashboard.matchAll(/\b(?:framewire|process|nodejs)_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(name => !known.has(name))).toEqual([]);
  });
});
