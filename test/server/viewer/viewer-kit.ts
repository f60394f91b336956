import { expect } from 'vitest';
import type { AckAllowance, SentCounts, SourceState, ViewerStats } from '@framewire/shared/control';
import { renditionKey } from '@framewire/shared/rendition';
import type { Stream } from '../../../server/src/stream/stream.js';
import { Viewer, type Answer, type ViewerTransport } from '../../../server/src/viewer/viewer.js';
import type { FramewireError } from '../../../server/src/errors.js';
import type { EncodedFrame } from '../../../server/src/frames.js';
import { frameHeader, streamKit, viewerRequest, type FakeProducer } from '../fakes.js';

/** A transport that keeps what it is given; frames are taken from it when the test says so. */
export class FakeTransport implements ViewerTransport {
  readonly frames: EncodedFrame[] = [];
  readonly chosenFor: string[] = [];
  readonly whys: string[] = [];
  readonly causes: string[] = [];
  readonly modes: string[] = [];
  readonly ackEvery: number[] = [];
  readonly states: string[] = [];
  readonly reports: ViewerStats[] = [];
  readonly refusals: string[] = [];
  /** The books so far. */
  counts: SentCounts | undefined;
  stalls = 0;

  get seqs(): number[] {
    return this.frames.map(({ header }) => header.seq);
  }

  send(frame: EncodedFrame): void {
    this.frames.push(frame);
  }

  isClogged(): boolean {
    return false;
  }

  acknowledgeEvery({ every }: AckAllowance): void {
    this.ackEvery.push(every);
  }

  chosen(stream: Stream, { rendition, mode, why, cause }: Answer): void {
    this.causes.push(cause);
    this.modes.push(mode);
    this.chosenFor.push(`${stream.name} ${renditionKey(rendition)}`);
    this.whys.push(why);
  }

  source(stream: Stream, { state }: SourceState): void {
    this.states.push(`${stream.name} ${state}`);
  }

  stats(stats: ViewerStats): void {
    this.reports.push(stats);
  }

  counted(counts: SentCounts): void {
    this.counts = counts;
  }

  refused({ code }: FramewireError): void {
    this.refusals.push(code);
  }

  stalled(): void {
    this.stalls += 1;
  }
}

export const KEY = 'jpeg-1280x720-q30';

export function watching(wishes: Parameters<typeof viewerRequest>[0] = {}) {
  const { stream, producer } = streamKit();
  producer.live();
  const transport = new FakeTransport();
  const viewer = new Viewer(transport);
  viewer.watch(stream, viewerRequest(wishes));
  return { stream, producer, transport, viewer };
}

/** Frames that come although nobody is ready, as those that were on their way when the demand ended. */
export function push(producer: FakeProducer, seq: number, capturedAt = 0): void {
  const rendition = [...producer.wanted.keys()][0] ?? 1;
  producer.events.frame(frameHeader({ rendition, seq, capturedAt }), new Uint8Array(3));
}

export function expectBalance(viewer: Viewer, stream: Stream, waiting: number): void {
  const { captured, sent, dropped } = viewer.stats(stream);
  expect(captured).toBe(sent + dropped.rate + dropped.superseded + dropped.skipped + waiting);
}
