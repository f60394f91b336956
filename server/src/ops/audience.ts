import type { LatencyReport, SentCounts } from '@framewire/shared/control';
import type { FramewireError } from '../errors.js';
import type { Metrics, Transport } from './metrics.js';
import type { ViewerLog, Visitor } from './viewer-log.js';

/** One viewer, as far as the operator is concerned. */
export interface Attendance {
  /** @param stream undefined: none any more. The same again changes nothing. */
  watches(stream: string | undefined): void;
  /** Its counts so far, which never fall: now and then while it watches, and before it leaves a stream. */
  counted(counts: SentCounts): void;
  /** What it says that it measured. */
  measured(latency: LatencyReport): void;
}

const NOTHING: SentCounts = { sent: 0, sentBytes: 0, dropped: { rate: 0, superseded: 0, skipped: 0 } };

/** Who watches, for the log and the metrics. */
export class Audience {
  readonly #log: ViewerLog;
  readonly #metrics: Metrics;

  constructor(log: ViewerLog, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  enter(visitor: Visitor, transport: Transport): Attendance {
    const tell = this.#log.enter(visitor, transport);
    let watched: string | undefined;
    let counted = NOTHING;
    return {
      watches: stream => {
        tell(stream);
        if (stream !== undefined && stream !== watched) this.#metrics.admitted(stream, transport);
        watched = stream;
      },
      counted: counts => {
        if (watched !== undefined) this.#metrics.sent(watched, transport, difference(counts, counted));
        counted = { ...counts, dropped: { ...counts.dropped } };
      },
      measured: latency => {
        if (watched !== undefined) this.#metrics.measured(watched, latency);
      },
    };
  }

  /** @param bytes of the picture. */
  tookSnapshot(stream: string, visitor: Visitor, bytes: number): void {
    this.#log.tookSnapshot(stream, visitor);
    this.#metrics.sent(stream, 'snapshot', { ...NOTHING, sent: 1, sentBytes: bytes });
  }

  refused(error: FramewireError, address: string): void {
    this.#log.refused(error, address);
    this.#metrics.refused(error.code);
  }

  /** A connection, before it asked for anything. */
  refusedConnection(error: FramewireError, address: string): void {
    this.#log.refused(error, address);
    this.#metrics.refusedConnection(error.code);
  }
}

function difference(now: SentCounts, before: SentCounts): SentCounts {
  return {
    sent: now.sent - before.sent,
    sentBytes: now.sentBytes - before.sentBytes,
    dropped: {
      rate: now.dropped.rate - before.dropped.rate,
      superseded: now.dropped.superseded - before.dropped.superseded,
      skipped: now.dropped.skipped - before.dropped.skipped,
    },
  };
}
