import type { Ack } from '@framewire/shared/ack';
import type { ChosenRendition, SourceState } from '@framewire/shared/control';
import { encodeFrameHeader, type FrameHeader } from '@framewire/shared/frame-header';
import { renditionKey, type RenditionSpec } from '@framewire/shared/rendition';
import { DEFAULT_REQUEST, type RenditionRequest } from '../../server/src/stream/choose-rendition.js';
import type { FrameSink, Lease } from '../../server/src/stream/lease.js';
import type { Producer, ProducerEvents } from '../../server/src/stream/producer.js';
import { Stream, type StreamOptions } from '../../server/src/stream/stream.js';
import { DEFAULT_VIEWER_REQUEST, type ViewerRequest } from '../../server/src/viewer/viewer.js';
import type { FramewireError } from '../../server/src/errors.js';
import type { EncodedFrame, SourceInfo } from '../../server/src/frames.js';

export const INFO: SourceInfo = { width: 1280, height: 720, fps: 30, isJpeg: false, description: 'fake 1280x720' };
export const LOST: SourceState = { state: 'lost', code: 'source-unplugged', reason: 'It is gone.' };

export function request(wishes: Partial<RenditionRequest> = {}): RenditionRequest {
  return { ...DEFAULT_REQUEST, ...wishes };
}

export function ack(seq: number, fields: Partial<Ack> = {}): Ack {
  return {
    hidden: false,
    decodeError: false,
    needsKey: false,
    held: 'none',
    decodeQueue: 0,
    clientDropped: 0,
    seq,
    receivedAt: 0,
    payloadMs: 0,
    drawnSeq: 0,
    drawLagMs: 0,
    ...fields,
  };
}

export function frameHeader(fields: Partial<FrameHeader> = {}): FrameHeader {
  return {
    codec: 'jpeg',
    key: true,
    discardable: true,
    placeholder: false,
    stream: 0,
    rendition: 1,
    seq: 1,
    payloadBytes: 3,
    capturedAt: 0,
    encodeUs: 0,
    width: 1280,
    height: 720,
    refSeq: 0,
    ...fields,
  };
}

export function encodedFrame(fields: Partial<FrameHeader> = {}): EncodedFrame {
  const header = frameHeader(fields);
  return { header, headerBytes: encodeFrameHeader(header), payload: new Uint8Array(header.payloadBytes) };
}

export function viewerRequest(wishes: Partial<ViewerRequest> = {}): ViewerRequest {
  return { ...DEFAULT_VIEWER_REQUEST, mode: 'fixed', ...wishes };
}

/** A producer that does what the test says, and remembers what was asked of it. */
export class FakeProducer implements Producer {
  readonly events: ProducerEvents;
  /** `start`, `stop`. */
  readonly calls: string[] = [];
  /** Renditions in demand, by their number. */
  readonly wanted = new Map<number, { key: string; fps: number }>();
  /** Renditions whose pictures cannot be encoded, by their number. */
  readonly failing = new Set<number>();
  #seq = 0;

  constructor(events: ProducerEvents) {
    this.events = events;
  }

  start(): void {
    this.calls.push('start');
  }

  stop(): Promise<void> {
    this.calls.push('stop');
    return Promise.resolve();
  }

  want(id: number, spec: RenditionSpec, fps: number): void {
    this.wanted.set(id, { key: renditionKey(spec), fps });
  }

  drop(id: number): void {
    this.wanted.delete(id);
  }

  /** The rate that is wanted of a rendition now, by its name; undefined when it does not exist. */
  demandFor(key: string): number | undefined {
    return [...this.wanted.values()].find(wanted => wanted.key === key)?.fps;
  }

  live(info: Partial<SourceInfo> = {}): void {
    this.events.source({ state: 'live' }, { ...INFO, ...info });
  }

  lost(reason = 'It is gone.'): void {
    this.events.source({ state: 'lost', code: 'source-unplugged', reason });
  }

  /** As a new engine process: numbers start again. */
  restart(): void {
    this.#seq = 0;
    this.events.restarted();
  }

  /** Says of all that fail that they have for a second, with the picture captured last. */
  reportFailures(reason = 'It is torn.'): void {
    for (const id of this.failing) this.events.failed(id, this.#seq, reason);
  }

  /** Captures one picture and encodes it for every rendition that somebody is ready for. */
  capture(fields: Partial<FrameHeader> = {}): void {
    this.#seq += 1;
    for (const [rendition, { fps }] of this.wanted) {
      const header = frameHeader({ rendition, seq: this.#seq, ...fields });
      if (fps > 0 && !this.failing.has(rendition)) this.events.frame(header, new Uint8Array(header.payloadBytes));
    }
  }
}

/** One viewer's sink that keeps everything. */
export class RecordingSink implements FrameSink {
  readonly frames: EncodedFrame[] = [];
  readonly choices: { rendition: ChosenRendition; why: string }[] = [];
  readonly states: SourceState[] = [];
  readonly refusals: string[] = [];

  get seqs(): number[] {
    return this.frames.map(({ header }) => header.seq);
  }

  get placeholders(): number {
    return this.frames.filter(({ header }) => header.placeholder).length;
  }

  get lastChoice(): string {
    const choice = this.choices.at(-1);
    return choice === undefined ? 'none' : renditionKey(choice.rendition);
  }

  readonly delivery = {
    offer: (frame: EncodedFrame): void => void this.frames.push(frame),
  };

  startRung(): number {
    return 0;
  }

  chosen(rendition: ChosenRendition, why: string): void {
    this.choices.push({ rendition, why });
  }

  source(state: SourceState): void {
    this.states.push(state);
  }

  refused({ code }: FramewireError): void {
    this.refusals.push(code);
  }
}

export interface StreamKit {
  stream: Stream;
  producer: FakeProducer;
  warnings: string[];
  /** What placeholders were drawn, as `1280x720 reason`. */
  drawn: string[];
  /** Acquires, and is ready at once. */
  watch: (wishes?: Partial<RenditionRequest>) => { lease: Lease; sink: RecordingSink };
}

export function streamKit(options: Partial<StreamOptions> = {}): StreamKit {
  const producers: FakeProducer[] = [];
  const warnings: string[] = [];
  const drawn: string[] = [];
  const stream = new Stream(
    {
      name: 'yard',
      title: options.name ?? 'yard',
      id: 7,
      description: 'a yard',
      graceMs: 10_000,
      maxRenditions: 8,
      drawPlaceholder: ({ width, height }, title, reason) => {
        drawn.push(`${title} ${width}x${height} ${reason}`);
        return Promise.resolve(new Uint8Array([0xff, 0xd8]));
      },
      ...options,
    },
    events => {
      const producer = new FakeProducer(events);
      producers.push(producer);
      return producer;
    },
    warning => warnings.push(warning),
  );
  const [producer] = producers;
  if (producer === undefined) throw new Error('The stream made no producer.');
  const watch = (wishes: Partial<RenditionRequest> = {}) => {
    const sink = new RecordingSink();
    const lease = stream.acquire(request(wishes), sink);
    lease.setReady(true);
    return { lease, sink };
  };
  return { stream, producer, warnings, drawn, watch };
}
