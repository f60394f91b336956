import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { ageAt, readTimeCode } from '../../support/camera/time-code.js';
import { MarkedReader } from './marked-reader.js';
import { MultipartReader } from './multipart-reader.js';
import type { Load, Plan } from './plan.js';
import type { Reader, ReaderEvents } from './reader.js';
import { WebSocketReader } from './websocket-reader.js';

interface Kept {
  picture: Buffer;
  /** `performance.now()` of its last byte. */
  receivedAt: number;
}

interface Viewer {
  socket: Socket;
  bytes: number;
  keeps: boolean;
  /** Frames that it could have kept, and those that it kept: the first `MOST_KEPT`. */
  frames: number;
  kept: Kept[];
  isFlowing: boolean;
}

type Counted = Omit<Load, 'type'>;

/** Of each viewer that keeps its frames: 10 s of a fast camera, and not the memory of the machine when it takes longer. */
const MOST_KEPT = 600;

/**
 * So many viewers come at a time, and so long after those before them, ms: 200 at once stop both processes for a tenth
 * of a second, which the server takes for links that are full, and it is seconds until all are measured at their best.
 */
const JOIN_GROUP = 10;
const JOIN_EVERY_MS = 50;

/** Enough for a frame of most contenders in one read. */
const READ_BYTES = 256 * 1024;

/** All viewers of one run in one process. They read into one buffer: a chunk is done with before the next read. */
export class Crowd {
  /** Every viewer has frames. */
  readonly ready: Promise<void>;
  /** Rejects when a viewer is refused or lost. */
  readonly failed: Promise<never>;
  readonly #plan: Plan;
  readonly #chunk = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #viewers = new Set<Viewer>();
  #churn: NodeJS.Timeout | undefined;
  #setReady: () => void = () => {};
  #fail: (error: Error) => void = () => {};
  #isWhole = false;
  #isLeaving = false;
  #left = 0;
  /** Wall clock minus monotonic, ms. Date.now() cuts off a part of a millisecond, so the greatest seen is the truest. */
  #wallOffset = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.ready = new Promise(resolve => (this.#setReady = resolve));
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
    const samples = Math.min(plan.samples, plan.viewers);
    const sampled = new Set(Array.from({ length: samples }, (_, n) => Math.floor((n * plan.viewers) / samples)));
    void this.#assemble(sampled);
  }

  /** Viewers that have come, without a frame so far. */
  get waiting(): number {
    let count = 0;
    for (const viewer of this.#viewers) if (!viewer.isFlowing) count++;
    return count;
  }

  /** @returns a function that ends the counting at once and tells, once all is decoded, what came meanwhile. */
  startCounting(): () => Promise<Counted> {
    for (const viewer of this.#viewers) {
      viewer.bytes = 0;
      viewer.frames = 0;
      viewer.kept = [];
    }
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    return () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const used = process.cpuUsage(cpu);
      const viewers = [...this.#viewers].map(({ bytes, frames, kept }) => ({ bytes, frames, kept }));
      return this.#sum(viewers, seconds, (used.user + used.system) / 1e6 / seconds);
    };
  }

  leave(): void {
    this.#isLeaving = true;
    clearInterval(this.#churn);
    for (const { socket } of this.#viewers) socket.destroy();
    this.#viewers.clear();
  }

  async #assemble(sampled: ReadonlySet<number>): Promise<void> {
    const { viewers, churn } = this.#plan;
    for (let n = 0; n < viewers; n++) {
      if (n > 0 && n % JOIN_GROUP === 0) await sleep(JOIN_EVERY_MS);
      if (this.#isLeaving) return;
      this.#join(sampled.has(n));
    }
    this.#isWhole = true;
    this.#tellIfReady();
    if (churn > 0) this.#churn = setInterval(() => this.#replaceOne(), 1000 / churn);
  }

  #tellIfReady(): void {
    if (this.#isWhole && this.waiting === 0) this.#setReady();
  }

  #join(keeps: boolean): void {
    let receivedAt = 0;
    const events: ReaderEvents = {
      flowing: () => {
        if (viewer.isFlowing) return;
        viewer.isFlowing = true;
        this.#tellIfReady();
      },
      kept: picture => {
        viewer.frames++;
        if (viewer.kept.length >= MOST_KEPT) return;
        this.#wallOffset = Math.max(this.#wallOffset, Date.now() - performance.now());
        viewer.kept.push({ picture, receivedAt });
      },
      reply: bytes => {
        viewer.socket.write(bytes);
      },
      failed: reason => this.#fail(new Error(reason)),
    };
    const reader = this.#reader(keeps, events);
    const options = {
      host: '127.0.0.1',
      port: this.#plan.port,
      noDelay: true,
      onread: {
        buffer: this.#chunk,
        callback: (count: number) => {
          // Before anything is done with it: acknowledging and keeping take this client as long as a hop takes a frame.
          if (keeps) receivedAt = performance.now();
          viewer.bytes += count;
          reader.push(this.#chunk.subarray(0, count));
          return true;
        },
      },
    };
    const socket: Socket = this.#plan.isSecure
      ? connectTls({ ...options, rejectUnauthorized: false })
      : connect(options);
    const viewer: Viewer = { socket, bytes: 0, keeps, frames: 0, kept: [], isFlowing: false };
    socket.once(this.#plan.isSecure ? 'secureConnect' : 'connect', () => socket.write(reader.greeting));
    socket.once('error', error => this.#lost(viewer, error.message));
    socket.once('close', () => this.#lost(viewer, 'The server closed a connection.'));
    this.#viewers.add(viewer);
  }

  #reader(keeps: boolean, events: ReaderEvents): Reader {
    const { protocol } = this.#plan;
    switch (protocol.kind) {
      case 'multipart':
        return new MultipartReader(protocol.path, keeps, events);
      case 'websocket':
        return new WebSocketReader(protocol, keeps, events);
      case 'marked':
        return new MarkedReader(protocol.answers, keeps, events);
    }
  }

  #lost(viewer: Viewer, reason: string): void {
    if (this.#viewers.delete(viewer) && !this.#isLeaving) this.#fail(new Error(reason));
  }

  /** The one that has been here longest goes and another comes. */
  #replaceOne(): void {
    const oldest = [...this.#viewers].find(viewer => !viewer.keeps);
    if (oldest === undefined) return;
    this.#viewers.delete(oldest);
    if (this.#left++ % 2 === 0) oldest.socket.end(() => oldest.socket.destroy());
    else oldest.socket.resetAndDestroy();
    this.#join(false);
  }

  async #sum(
    viewers: Pick<Viewer, 'bytes' | 'frames' | 'kept'>[],
    seconds: number,
    clientCores: number,
  ): Promise<Counted> {
    const samples = viewers.filter(viewer => viewer.frames > 0);
    const kept = samples.flatMap(viewer => viewer.kept);
    const frameBytes =
      total(samples) /
      Math.max(
        1,
        samples.reduce((sum, viewer) => sum + viewer.frames, 0),
      );
    const fewest = Math.min(...viewers.map(viewer => viewer.bytes));
    const ages = await this.#ages(kept);
    return {
      seconds,
      fps: frameBytes === 0 ? 0 : total(viewers) / frameBytes / viewers.length / seconds,
      slowestFps: frameBytes === 0 ? 0 : fewest / frameBytes / seconds,
      frameBytes,
      ages: ages.sort((a, b) => a - b),
      unreadable: kept.length - ages.length,
      clientCores,
    };
  }

  /** Viewers keep copies of the same pictures: each is decoded once. */
  async #ages(kept: readonly Kept[]): Promise<number[]> {
    const takenAt = new Map<string, Promise<((at: number) => number) | undefined>>();
    const ages: number[] = [];
    for (const { picture, receivedAt } of kept) {
      const key = createHash('md5').update(picture).digest('base64');
      const found = takenAt.get(key) ?? this.#ageOf(picture);
      takenAt.set(key, found);
      const age = (await found)?.(receivedAt + this.#wallOffset);
      if (age !== undefined) ages.push(age);
    }
    return ages;
  }

  async #ageOf(picture: Buffer): Promise<((at: number) => number) | undefined> {
    if (this.#plan.protocol.kind === 'marked') {
      const madeAt = picture.readDoubleLE(4);
      return at => at - madeAt;
    }
    const code = await readTimeCode(picture).catch(() => undefined);
    return code === undefined ? undefined : at => ageAt(code, at);
  }
}

function total(viewers: readonly { bytes: number }[]): number {
  return viewers.reduce((sum, viewer) => sum + viewer.bytes, 0);
}
