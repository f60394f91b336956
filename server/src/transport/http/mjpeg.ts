import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SentCounts } from '@framewire/shared/control';
import type { Broadcaster, Watcher } from '../../stream/broadcaster.js';
import type { TransportAnswer } from '../../viewer/frame-socket.js';
import type { Attendance } from '../../ops/audience.js';
import type { Stream } from '../../stream/stream.js';
import { Viewer, type ViewerRequest, type ViewerTransport } from '../../viewer/viewer.js';
import type { EncodedFrame } from '../../frames.js';
import { machineClock } from '../../time/clock.js';
import { monotonicMs } from '../../time/monotonic.js';
import { sleepWatch } from '../../time/sleep-watch.js';
import { isBrowser, readsAhead } from './browser.js';
import { openTcpInfo } from '../kernel/tcp-info.js';
import { DistantReader } from '../kernel/distant-reader.js';
import { KernelAcks } from '../kernel/kernel-acks.js';
import { NearbyReader } from '../kernel/nearby-reader.js';
import { PageWriter } from '../kernel/page-writer.js';
import { SharedPages } from '../kernel/shared-pages.js';

/**
 * A picture that stands still is sent to browsers again after this, ms: they and their proxies hold the last part back.
 * Once a second, which is when it is looked at, give or take some ms.
 */
const REPEAT_MS = 950;

/**
 * What is no browser may record, and a picture that came twice would be two. Only a placeholder comes again, after this,
 * ms: OpenCV gives a camera up that is silent for 30 s, Motion one that is for 5.
 */
const PLACEHOLDER_REPEAT_MS = 3950;

/** A picture that has just arrived does not stand still: the next one is about to be encoded, ms. */
const REST_MS = 250;

const BOUNDARY = 'frame';

/** A header that means nothing, so that its bytes may go before there is a picture: their acknowledgement is what counts. */
const QUESTION = Buffer.from('X-Unread: ');
const MORE = Buffer.from('.'.repeat(16));
const END_OF_QUESTION = Buffer.from('\r\n');

/**
 * Parts are built once a frame, for all viewers that are sent it. The next boundary follows each part at once, because
 * browsers show a part only when they have seen its end.
 */
const parts = new WeakMap<EncodedFrame, Buffer>();

function partFor(frame: EncodedFrame): Buffer {
  let part = parts.get(frame);
  if (part === undefined) {
    const takenAt = (Date.now() - (monotonicMs() - frame.header.capturedAt)) / 1000;
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${frame.payload.length}\r\nX-Timestamp: ${takenAt.toFixed(6)}\r\n\r\n`;
    part = Buffer.concat([Buffer.from(head), frame.payload, Buffer.from(`\r\n--${BOUNDARY}\r\n`)]);
    parts.set(frame, part);
  }
  return part;
}

/** Of all viewers: it holds one part at a time, which is sent to one after the other. */
const pages = SharedPages.open();

/** One viewer of `/video_feed`: pictures as parts of one endless answer, each when the socket has taken the last. */
export class MjpegViewer implements Watcher, ViewerTransport {
  /** Not where nobody can tell. Browsers read whatever comes; what a proxy leaves unread for them tells of its link. */
  readonly ask: ViewerTransport['ask'];
  readonly readsAhead: ViewerTransport['readsAhead'];
  readonly #response: ServerResponse;
  readonly #attendance: Attendance;
  readonly #parts: PageWriter;
  readonly #acks: KernelAcks;
  readonly #viewer: Viewer;
  readonly #isBrowser: boolean;
  /** The header of the next part was begun. */
  #isAsked = false;
  /** `arrivedAt`: Infinity while it is on its way. */
  #last: { frame: EncodedFrame; sentAt: number; arrivedAt: number } | undefined;

  /**
   * Takes the response over, until either side ends it.
   *
   * @throws FramewireError too-many-sizes, too-many-viewers or server-stopping, before anything was sent.
   */
  static serve(
    response: ServerResponse,
    socket: Socket,
    { broadcaster, attendance }: { broadcaster: Broadcaster; attendance: Attendance },
    { stream: watched, request }: { stream: Stream; request: ViewerRequest },
  ): void {
    watched.refuseWithoutRoom(request);
    const viewer = new MjpegViewer(response, socket, broadcaster, attendance);
    const admission = broadcaster.admit(viewer);
    response.on('error', () => undefined);
    response.once('close', () => {
      admission[Symbol.dispose]();
      viewer.#acks[Symbol.dispose]();
      viewer.#viewer.stop();
      attendance.watches(undefined);
    });
    attendance.watches(watched.name);
    // Without a length the end of the connection ends the answer; chunks would only wrap each part once more.
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'Cache-Control': 'no-store, no-cache, must-revalidate, no-transform',
      Pragma: 'no-cache',
      Connection: 'close',
      // nginx would otherwise collect pictures until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    socket.setNoDelay(true);
    // Node holds the head back until the end of this tick, and a socket that holds something back takes no picture.
    response.write(`--${BOUNDARY}\r\n`, error => {
      if (!error) viewer.#viewer.watch(watched, request);
    });
  }

  private constructor(response: ServerResponse, socket: Socket, { knownRates }: Broadcaster, attendance: Attendance) {
    this.#response = response;
    this.#attendance = attendance;
    this.#parts = new PageWriter(socket, pages);
    this.#isBrowser = isBrowser(response.req.headers);
    const near = this.#isBrowser ? undefined : NearbyReader.of(socket);
    const isAhead = near !== undefined && readsAhead(response.req.headers);
    const info = isAhead ? undefined : openTcpInfo(socket);
    const nearby = info === undefined ? near : undefined;
    const isUnseen = info === undefined && nearby === undefined && !this.#isBrowser;
    const reader = isUnseen ? DistantReader.of(socket) : nearby;
    this.readsAhead = nearby === undefined ? undefined : isAhead;
    const isKnown = info !== undefined || reader !== undefined;
    this.ask = this.#isBrowser || !isKnown ? undefined : onAnswer => this.#ask(onAnswer);
    const { remoteAddress = '' } = socket;
    const memory = knownRates.of(remoteAddress, () => info?.read()?.minRttMs, monotonicMs);
    this.#viewer = new Viewer(this, machineClock, memory);
    this.#acks = new KernelAcks(this.#parts, { info, reader }, (seq, arrival) => {
      if (this.#last?.frame.header.seq === seq) this.#last.arrivedAt = arrival.arrivedAt;
      // A copy arrives under a number that is not in flight any more, so it measures nothing.
      this.#viewer.arrived(seq, arrival);
    });
  }

  send(frame: EncodedFrame, isMeasured: boolean): void {
    this.#last = { frame, sentAt: monotonicMs(), arrivedAt: Infinity };
    const part = partFor(frame);
    const bytes = this.#isAsked ? Buffer.concat([END_OF_QUESTION, part]) : part;
    this.#isAsked = false;
    const write = (onTaken?: () => void) => {
      // Below the answer, whose head has gone, are the bytes of the socket: it wraps nothing.
      if (onTaken === undefined) this.#parts.write(bytes);
      else this.#response.write(bytes, onTaken);
    };
    this.#acks.send(frame.header.seq, write, isMeasured);
  }

  get canLook(): boolean {
    return this.#acks.canLook;
  }

  look(): number | undefined {
    const seq = this.#acks.look();
    if (seq !== undefined && this.#last?.frame.header.seq === seq) this.#last.arrivedAt = monotonicMs();
    return seq;
  }

  isClogged(): boolean {
    return this.#response.writableLength > 0;
  }

  chosen(): void {
    // A multipart answer has no place to say what was chosen.
  }

  source(): void {
    // The placeholder picture says it.
  }

  stats(): void {
    // As `chosen`.
  }

  counted(counts: SentCounts): void {
    this.#attendance.counted(counts);
  }

  refused(): void {
    // The end of the answer is all that it can be told: whoever reads on asks again.
    this.#response.end();
  }

  stalled(): void {
    this.#response.destroy();
  }

  tick(): void {
    this.#viewer.tick();
    const last = this.#last;
    const now = monotonicMs();
    // One copy a second may be more than the link carries: every new picture would wait behind those.
    if (last === undefined || now - last.sentAt < this.#repeatMs(last.frame) || now - last.arrivedAt < REST_MS) return;
    if (sleepWatch.isFromBefore(last.sentAt, now)) return;
    this.send(last.frame, true);
  }

  yieldPlace(): boolean {
    return false;
  }

  dismiss(): void {
    this.#response.destroy();
  }

  #ask(onAnswer: (answer: TransportAnswer) => void): void {
    this.#acks.ask((bytes, onTaken) => {
      this.#response.write(this.#isAsked ? MORE.subarray(0, bytes) : QUESTION, onTaken);
      this.#isAsked = true;
    }, onAnswer);
  }

  #repeatMs({ header }: EncodedFrame): number {
    if (this.#isBrowser) return REPEAT_MS;
    return header.placeholder ? PLACEHOLDER_REPEAT_MS : Infinity;
  }
}
