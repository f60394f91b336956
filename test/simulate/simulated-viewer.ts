import { MAX_ACK_GAP_MS, type Ack } from '@framewire/shared/ack';
import type { AckAllowance, ViewerStats } from '@framewire/shared/control';
import type { Alarm, Clock } from '../../server/src/time/clock.js';
import type { Stream } from '../../server/src/stream/stream.js';
import { Viewer, type Answer, type ViewerRequest, type ViewerTransport } from '../../server/src/viewer/viewer.js';
import type { EncodedFrame } from '../../server/src/frames.js';
import { KernelAcks } from '../../server/src/transport/kernel/kernel-acks.js';
import { AckPace } from '../../client/src/connection/ack-pace.js';
import { StallDetector, TICK_MS } from '../../client/src/latency/stall-detector.js';
import type { SimulatedLink } from './simulated-link.js';

/** One frame as it arrived. */
export interface Received {
  readonly at: number;
  /** Capture to whole frame arrived, ms. */
  readonly ageMs: number;
  readonly bytes: number;
  readonly width: number;
  readonly rendition: number;
}

/** How a viewer's thread is kept from reading, ms. */
export interface Busy {
  /** For so long of every so many. */
  readonly forMs: number;
  readonly everyMs: number;
  /** For so long after each picture. */
  readonly stepMs: number;
}

/** Who tells the server what has arrived: the viewer, as over WebSocket, or the kernel, as of `/video_feed`. */
export type Teller = 'viewer' | 'kernel';

/** What the kernel acknowledges at a time, bytes; and how often the server asks it, ms. */
const SEGMENT = 1448;
const POLL_MS = 3;

/** Times are sums of fractions. */
const NEARLY_ZERO_MS = 1e-6;

/** A viewer's clock began at another time than the server's. */
const OTHER_ZERO_MS = 123_456;

/** The real `Viewer`, behind a link that exists only in virtual time. */
export class SimulatedViewer implements ViewerTransport, Disposable {
  readonly viewer: Viewer;
  readonly received: Received[] = [];
  /** What was chosen, and when. */
  readonly choices: { at: number; name: string; why: string }[] = [];
  readonly stalledAt: number[] = [];
  readonly #clock: Clock;
  readonly #link: SimulatedLink;
  readonly #ackPace = new AckPace();
  readonly #busy: Busy;
  readonly #holdUp = new StallDetector();
  /** What has come and was not read yet. */
  readonly #inbox: (() => void)[] = [];
  #stepUntil = 0;
  #silence: Alarm | undefined;

  /** Undefined where the viewer says itself what has arrived. */
  readonly #kernel: SimulatedKernel | undefined;

  constructor(clock: Clock, link: SimulatedLink, { busy, teller }: { busy: Busy; teller: Teller }) {
    this.#clock = clock;
    this.#link = link;
    this.#busy = busy;
    this.viewer = new Viewer(this, clock);
    if (teller === 'kernel') this.#kernel = new SimulatedKernel(clock, link, this.viewer);
    if (busy.forMs > 0 || busy.stepMs > 0) this.#tick();
  }

  watch(stream: Stream, request: ViewerRequest): void {
    this.viewer.watch(stream, request);
  }

  send(frame: EncodedFrame): void {
    if (this.#kernel !== undefined) {
      this.#kernel.send(frame, () => this.#keep(frame));
      return;
    }
    let headerAt = 0;
    let isHeaderHeld = false;
    const { length: bytes } = frame.headerBytes;
    const all = bytes + frame.payload.length;
    const first = this.#link.isWhole(all) ? all : bytes;
    this.#receives(first, () => {
      headerAt = this.#clock.now();
      isHeaderHeld = this.#holdUp.heldMs(headerAt) > 0;
    });
    this.#receives(all - first, () => this.#receive(frame, headerAt, isHeaderHeld));
  }

  isClogged(): boolean {
    return false;
  }

  chosen(_: Stream, { rendition: { width, height, quality }, why }: Answer): void {
    const name = `${width}x${height} q${quality}`;
    if (this.choices.at(-1)?.name !== name) this.choices.push({ at: this.#clock.now(), name, why });
  }

  source(): void {
    // The camera never fails.
  }

  stats(_stats: ViewerStats): void {
    // Read from the viewer itself.
  }

  counted(): void {
    // As `stats`.
  }

  acknowledgeEvery(allowance: AckAllowance): void {
    this.#link.send(0, () => this.#say(this.#ackPace.allow(allowance)));
  }

  refused({ message }: Error): void {
    throw new Error(`Nobody is refused in a simulation: ${message}`);
  }

  stalled(): void {
    this.stalledAt.push(this.#clock.now());
  }

  /** Over the link, and then when its thread gets round to it. */
  #receives(bytes: number, handle: () => void): void {
    this.#link.send(bytes, () => {
      this.#inbox.push(handle);
      this.#read();
    });
  }

  [Symbol.dispose](): void {
    this.#kernel?.[Symbol.dispose]();
  }

  #read(): void {
    const now = this.#clock.now();
    const freeAt = this.#freeAt(now);
    if (freeAt > now) this.#clock.at(freeAt, () => this.#read());
    else this.#inbox.shift()?.();
    if (freeAt === now && this.#inbox.length > 0) this.#read();
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#holdUp.tick(now);
    const dueAt = now + TICK_MS;
    this.#clock.at(dueAt, () => this.#clock.at(this.#freeAt(dueAt), () => this.#tick()));
  }

  #freeAt(now: number): number {
    const { forMs, everyMs } = this.#busy;
    const busyMs = forMs - (now % everyMs);
    return Math.max(busyMs > NEARLY_ZERO_MS ? now + busyMs : now, this.#stepUntil);
  }

  #receive(frame: EncodedFrame, headerAt: number, isHeaderHeld: boolean): void {
    const { header } = frame;
    const now = this.#clock.now();
    const heldMs = this.#holdUp.heldMs(now);
    const held = heldMs > 0 ? 'payload' : isHeaderHeld ? 'header' : 'none';
    this.#stepUntil = now + this.#busy.stepMs;
    const { seq } = header;
    this.#keep(frame);
    const ack: Ack = {
      hidden: false,
      decodeError: false,
      needsKey: false,
      held,
      decodeQueue: 0,
      clientDropped: 0,
      seq,
      receivedAt: now + OTHER_ZERO_MS,
      payloadMs: heldMs > 0 ? heldMs : now - headerAt,
      drawnSeq: seq,
      drawLagMs: 0,
    };
    this.#say(this.#ackPace.arrived(ack, header.capturedAt));
    this.#await(this.#ackPace.silenceMs);
  }

  /** As the client does. */
  #await(ms: number): void {
    this.#silence?.cancel();
    if (ms > MAX_ACK_GAP_MS) return;
    this.#silence = this.#clock.at(this.#clock.now() + ms, () => {
      this.#say(this.#ackPace.repeat());
      this.#await(2 * ms);
    });
  }

  #keep({ header, payload }: EncodedFrame): void {
    const now = this.#clock.now();
    const { capturedAt, width, rendition } = header;
    this.received.push({ at: now, ageMs: now - capturedAt, bytes: payload.length, width, rendition });
  }

  #say(ack: Ack | undefined): void {
    if (ack !== undefined) this.#link.answer(() => this.viewer.acknowledge(ack));
  }
}

/** The server's kernel, which learns segment by segment what has arrived, and is asked by the real `KernelAcks`. */
class SimulatedKernel implements Disposable {
  readonly #clock: Clock;
  readonly #link: SimulatedLink;
  readonly #acks: KernelAcks;
  #written = 0;
  #acked = 0;
  #minRttMs = Infinity;
  #isPolled = false;

  constructor(clock: Clock, link: SimulatedLink, viewer: Viewer) {
    this.#clock = clock;
    this.#link = link;
    const written = (): number => this.#written;
    const count = {
      isLate: false,
      get bytesWritten() {
        return written();
      },
    };
    const read = () => ({ ackedBytes: this.#acked, minRttMs: this.#minRttMs, windowBytes: undefined });
    this.#acks = new KernelAcks(count, { info: { read } }, (seq, arrival) => viewer.arrived(seq, arrival), clock);
  }

  send({ header, headerBytes, payload }: EncodedFrame, onReceived: () => void): void {
    this.#acks.send(header.seq, () => this.#write(headerBytes.length + payload.length, onReceived));
    if (!this.#isPolled) this.#pollLater();
  }

  #write(bytes: number, onReceived: () => void): void {
    const sentAt = this.#clock.now();
    this.#written += bytes;
    const most = this.#link.isWhole(bytes) ? bytes : SEGMENT;
    for (let left = bytes; left > 0; left -= most) {
      const segment = Math.min(left, most);
      this.#link.send(segment, () => {
        if (left <= most) onReceived();
        this.#link.answer(() => {
          this.#acked += segment;
          this.#minRttMs = Math.min(this.#minRttMs, this.#clock.now() - sentAt);
        });
      });
    }
  }

  [Symbol.dispose](): void {
    this.#acks[Symbol.dispose]();
  }

  #pollLater(): void {
    this.#isPolled = true;
    const now = this.#clock.now();
    this.#clock.at(now + POLL_MS - (now % POLL_MS), () => {
      this.#isPolled = false;
      if (this.#acks.poll()) this.#pollLater();
    });
  }
}
