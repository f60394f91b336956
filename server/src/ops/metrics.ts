import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LatencyReport, SentCounts, StreamInfo } from '@framewire/shared/control';
import type { ErrorCode } from '../errors.js';

/**
 * What Prometheus reads at `/metrics`. Names follow https://prometheus.io/docs/practices/naming/. Every label has few
 * values, none of them a stranger's: no viewer, address or rendition, or 5000 viewers would make each scrape hold the
 * event loop for 20 ms. What can be read when it is asked for is not counted before.
 */

/** As the label `transport` has it. */
export type Transport = 'ws' | 'mjpeg' | 'snapshot';

/** A stream as far as metrics go. */
export interface MeasuredStream {
  readonly info: StreamInfo;
  /** As `ProducerHealth`. */
  readonly health: { readonly restarts: number; readonly memoryBytes: number };
}

/** What is asked for at each scrape. */
export interface Measured {
  readonly streams: () => readonly MeasuredStream[];
  /** How many are open, by what is spoken over them. */
  readonly connections: () => Readonly<Record<'websocket' | 'http', number>>;
  /** ms since 1970; undefined without TLS. */
  readonly certificateExpiresAt: (() => number) | undefined;
}

/** From the fastest link to one that nobody can use, s. */
const LATENCY_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5];

/** How often the event loop is looked at, ms. */
const LOOP_RESOLUTION_MS = 50;

export class Metrics {
  readonly #registry = new Registry();
  readonly #admitted = this.#counter('viewers_admitted_total', 'Viewers that began to watch.', ['stream', 'transport']);
  readonly #refused = this.#counter('viewers_refused_total', 'Requests and viewers refused.', ['reason']);
  readonly #refusedConnections = this.#counter('connections_refused_total', 'Connections beyond the limits.', [
    'reason',
  ]);
  readonly #sent = this.#counter('frames_sent_total', 'Frames sent to viewers.', ['stream', 'transport']);
  readonly #bytes = this.#counter('sent_bytes_total', 'Payload bytes sent to viewers.', ['stream', 'transport']);
  readonly #dropped = this.#counter('frames_dropped_total', 'Captured pictures that a viewer was not sent.', [
    'stream',
    'reason',
  ]);
  readonly #losses = this.#counter('source_losses_total', 'How often a source was lost.', ['stream', 'code']);
  readonly #arrival = this.#latency('capture_to_arrival_seconds', 'From capture to arrival, as viewers measure it.');
  readonly #draw = this.#latency('capture_to_draw_seconds', 'From capture to the screen, as viewers measure it.');
  readonly #encode = this.#latency('encode_duration_seconds', 'From a picture to a frame, in the engine.');
  readonly #reloaded = this.#gauge(
    'config_last_reload_successful',
    '1: the settings that were read last are in use.',
    [],
  );
  readonly #reloadedAt = this.#gauge(
    'config_last_reload_success_timestamp_seconds',
    'When settings that are in use were read.',
    [],
  );
  #hasDefaults = false;

  constructor(version: string, { streams, connections, certificateExpiresAt }: Measured) {
    this.reloads(() => undefined);
    this.#gauge('build_info', 'Always 1.', ['version', 'node']).set({ version, node: process.version }, 1);
    this.#readGauge('connections', 'Connections now.', ['kind'], gauge => {
      for (const [kind, count] of Object.entries(connections())) gauge.set({ kind }, count);
    });
    if (certificateExpiresAt !== undefined) {
      this.#readGauge(
        'tls_certificate_expiry_timestamp_seconds',
        'When the certificate that is shown ends.',
        [],
        gauge => gauge.set(certificateExpiresAt() / 1000),
      );
    }
    this.#readStreams(streams);
  }

  #readStreams(streams: Measured['streams']): void {
    const read = (type: 'gauge' | 'counter', name: string, help: string, value: (stream: MeasuredStream) => number) => {
      const collect = (set: (stream: string, value: number) => void) => {
        for (const stream of streams()) set(stream.info.name, value(stream));
      };
      if (type === 'gauge') {
        this.#readGauge(name, help, ['stream'], gauge => collect((stream, n) => gauge.set({ stream }, n)));
        return;
      }
      const counter: Counter = new Counter({
        name: `framewire_${name}`,
        help,
        labelNames: ['stream'],
        registers: [this.#registry],
        collect: () => {
          counter.reset();
          collect((stream, n) => counter.inc({ stream }, n));
        },
      });
    };
    read('gauge', 'viewers', 'Viewers now.', ({ info }) => info.viewers);
    read('gauge', 'renditions', 'Renditions in use now.', ({ info }) => info.renditions.length);
    read('gauge', 'source_up', '1: live or closed because nobody watches; 0: lost.', ({ info }) =>
      info.source.state === 'lost' ? 0 : 1,
    );
    read('gauge', 'engine_memory_bytes', 'Memory of the engine.', ({ health }) => health.memoryBytes);
    read('counter', 'engine_restarts_total', 'Engines that ended by themselves.', ({ health }) => health.restarts);
    read('counter', 'frames_captured_total', 'Pictures captured.', ({ info }) => info.captured);
    read('counter', 'frames_encoded_total', 'Frames encoded, in all renditions.', ({ info }) => info.encoded);
    read('counter', 'frames_damaged_total', 'Damaged pictures, left out.', ({ info }) => info.damaged);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text format, https://prometheus.io/docs/instrumenting/exposition_formats/. */
  async text(): Promise<string> {
    // From the first scrape on: they look at the event loop and at the garbage collector, which nobody else needs.
    if (!this.#hasDefaults) {
      collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_RESOLUTION_MS });
    }
    this.#hasDefaults = true;
    return this.#registry.metrics();
  }

  /** Notes whether settings could be read again. @returns what `load` returns. @throws what it throws. */
  reloads<T>(load: () => T): T {
    this.#reloaded.set(0);
    const loaded = load();
    this.#reloaded.set(1);
    this.#reloadedAt.setToCurrentTime();
    return loaded;
  }

  admitted(stream: string, transport: Transport): void {
    this.#admitted.inc({ stream, transport });
  }

  /** A request or a viewer. */
  refused(reason: ErrorCode): void {
    this.#refused.inc({ reason });
  }

  refusedConnection(reason: ErrorCode): void {
    this.#refusedConnections.inc({ reason });
  }

  lost(stream: string, code: string): void {
    this.#losses.inc({ stream, code });
  }

  sent(stream: string, transport: Transport, { sent, sentBytes, dropped }: SentCounts): void {
    this.#sent.inc({ stream, transport }, sent);
    this.#bytes.inc({ stream, transport }, sentBytes);
    for (const [reason, count] of Object.entries(dropped)) this.#dropped.inc({ stream, reason }, count);
  }

  /** @param ms that frames took. */
  encoded(stream: string, ms: readonly number[]): void {
    for (const each of ms) this.#encode.observe({ stream }, each / 1000);
  }

  measured(stream: string, { receivedMs, drawnMs }: LatencyReport): void {
    for (const ms of receivedMs) this.#arrival.observe({ stream }, ms / 1000);
    for (const ms of drawnMs) this.#draw.observe({ stream }, ms / 1000);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `framewire_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name: `framewire_${name}`, help, labelNames, registers: [this.#registry] });
  }

  /** A gauge that is read at each scrape, and forgets what is not there any more. */
  #readGauge<Label extends string>(
    name: string,
    help: string,
    labels: Label[],
    read: (gauge: Gauge<Label>) => void,
  ): void {
    const gauge: Gauge<Label> = new Gauge({
      name: `framewire_${name}`,
      help,
      labelNames: labels,
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        read(gauge);
      },
    });
  }

  #latency(name: string, help: string): Histogram<'stream'> {
    const options = { name: `framewire_${name}`, help, labelNames: ['stream'] as const, registers: [this.#registry] };
    return new Histogram({ ...options, buckets: LATENCY_BUCKETS });
  }
}
