import { encodeAck, MAX_ACK_GAP_MS, type Ack } from '@framewire/shared/ack';
import type { ClientMessage, StreamInfo, Wishes } from '@framewire/shared/control';
import { AckPace } from './connection/ack-pace.js';
import { Connection, type ConnectionEvents, type ConnectionState } from './connection/connection.js';
import type { ClientEvents, ConnectOptions, DrawingReport } from './client-events.js';
import { Emitter } from './emitter.js';
import { clientError, FramewireClientError } from './errors.js';
import { createFrame, missedBetween, type Frame } from './frame.js';
import { FrameIterator } from './frame-iterator.js';
import type { StallDetector } from './latency/stall-detector.js';
import type { Arrival } from './connection/receiver.js';
import { webSocketUrl } from './connection/server-url.js';
import type { Control, Welcome } from './connection/session.js';
import { StatsMeter, type ClientStats } from './latency/stats.js';
import {
  DEFAULT_QUALITY,
  Subscription,
  type Subscribed,
  type SubscribeOptions,
  type SubscriptionMessage,
} from './subscription.js';

export type { ChosenRendition, SourceState, StreamInfo, Wishes } from '@framewire/shared/control';
export type { ConnectionState } from './connection/connection.js';
export { FramewireClientError, type ClientErrorCode } from './errors.js';
export type { ClientEvents, ConnectOptions, DrawingReport, SourceEvent } from './client-events.js';
export type { Frame } from './frame.js';
export type { ClientStats, LatencyStats, Percentiles } from './latency/stats.js';
export { snapshot, type SnapshotOptions } from './snapshot.js';
export type { Subscribed, SubscribeOptions } from './subscription.js';

const STATS_EVERY_MS = 1000;

/** Before anything is drawn or reported. */
const NOTHING_DRAWN: Omit<Ack, 'seq' | 'held' | 'receivedAt' | 'payloadMs'> = {
  hidden: false,
  decodeError: false,
  needsKey: false,
  decodeQueue: 0,
  clientDropped: 0,
  drawnSeq: 0,
  drawLagMs: 0,
};

/**
 * Connects to a server, and connects again by itself when the connection breaks later.
 *
 * @param server `http://camera.local:8080`, also `https:`, `ws:`, `wss:`, or `camera.local:8080`; in a browser also a path of
 * the page's own server, `''` or `/`
 * @returns the client once the server has welcomed it; the caller closes it
 * @throws FramewireClientError when the address is none or the first attempt fails, unless `retry` is set
 */
export async function connect(server: string, options: ConnectOptions = {}): Promise<FramewireClient> {
  const client = new FramewireClient(server, options);
  return new Promise((resolve, reject) => {
    const off = client.on('connection', connection => {
      if (connection.state === 'connecting' || (connection.state === 'reconnecting' && options.retry === true)) return;
      off();
      if (connection.state === 'open') {
        resolve(client);
      } else {
        client.close();
        reject(new FramewireClientError(connection.code, connection.reason));
      }
    });
  });
}

/** One connection and at most one subscription. Ends with `close()`, `await using`, or a refusal of the server's. */
export class FramewireClient implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #subscription = new Subscription(message => this.#sendRequest(message));
  readonly #events = new Emitter<ClientEvents>();
  readonly #iterators = new Set<FrameIterator>();
  #streams: readonly StreamInfo[] = [];
  #subscribed: Subscribed | undefined;
  #meter = new StatsMeter(performance.now());
  #statsTimer: ReturnType<typeof setInterval> | undefined;
  #connectedAt = 0;
  #lastSeq: number | undefined;
  #ackPace = new AckPace();
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** What this server reads: that frames were held up here, reports of latencies. */
  #knows: Partial<Welcome['capabilities']> = {};
  /** What the next acknowledgement says of drawing. */
  #drawing = NOTHING_DRAWN;

  /**
   * Starts connecting, and tries until it succeeds or is closed; `connect` is the same for those who want to wait.
   * @param options `relay`: the thread that hands the socket's messages over to this one, where they pass another
   * @throws FramewireClientError bad-address
   */
  constructor(server: string, { token, ca, relay }: Omit<ConnectOptions, 'retry'> & { relay?: StallDetector } = {}) {
    const base = typeof location === 'undefined' ? undefined : location.href;
    const events: ConnectionEvents = {
      state: state => this.#connectionChanged(state),
      welcome: message => this.#welcomed(message),
      control: message => this.#control(message),
      frame: arrival => this.#arrived(arrival),
      bad: reason => this.#events.emit('error', clientError('bad-server-message', reason)),
    };
    this.#connection = new Connection({ url: webSocketUrl(server, base), token, ca }, events, relay);
    this.#connection.start();
  }

  /** As of the last connection; their `source` is kept up to date. */
  get streams(): readonly StreamInfo[] {
    return this.#streams;
  }

  /** How the connection is now; changes are told as `connection`. */
  get connection(): ConnectionState {
    return this.#connection.state;
  }

  /** The server's newest answer; undefined before it and after `unsubscribe`. */
  get subscribed(): Subscribed | undefined {
    return this.#subscribed;
  }

  /** Whether `pause` was called, and `resume` not since. */
  get paused(): boolean {
    return this.#subscription.isPaused;
  }

  /**
   * Watches a stream, in place of the one watched before; kept through reconnects.
   * @throws FramewireClientError with the server's code (`unknown-stream`, ...), or when it is closed before the answer
   */
  async subscribe(options: SubscribeOptions = {}): Promise<Subscribed> {
    this.#assertOpen();
    return this.#subscription.subscribe({ ...options, quality: options.quality ?? DEFAULT_QUALITY });
  }

  /**
   * Changes some wishes, the others stay. Calls in quick succession travel as one and get the same answer.
   * @throws FramewireClientError as `subscribe`; then everything stays as it was
   */
  async set(wishes: Wishes): Promise<Subscribed> {
    this.#assertOpen();
    return this.#subscription.set(wishes);
  }

  /**
   * No frames until `resume`, which goes on with the newest. Kept through reconnects. What is asked for meanwhile is
   * answered after it.
   */
  pause(): void {
    this.#subscription.pause();
  }

  /** Ends a pause; does nothing when there is none. */
  resume(): void {
    this.#subscription.resume();
  }

  /** Watches nothing any more; the connection stays. Those who wait for an answer are rejected with `not-subscribed`. */
  unsubscribe(): void {
    this.#subscribed = undefined;
    this.#subscription.unsubscribe();
  }

  /** Tries at once where it would wait to reconnect, up to 10 s: somebody looks again, or the network is back. */
  retryNow(): void {
    this.#connection.retryNow();
  }

  /** Ends everything: pending promises reject with `closed`, `frames()` loops end. Further calls do nothing. */
  close(): void {
    this.#connection.close();
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /**
   * The frames as they come, newest wins: a slow loop skips frames, they never queue. The loop ends with `close()`.
   * @throws FramewireClientError in the loop, when the server ended the connection for good
   */
  frames(): AsyncIterableIterator<Frame, undefined> {
    const iterator = new FrameIterator(() => this.#iterators.delete(iterator));
    this.#iterators.add(iterator);
    if (this.connection.state === 'closed') iterator.end(endError(this.connection));
    return iterator;
  }

  /** What a listener throws is reported as uncaught and keeps nobody else from hearing. @returns what removes the listener */
  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** The figures of this moment, of the present connection. */
  stats(): ClientStats {
    const rttMs = this.#connection.clock?.rttMs;
    return this.#meter.read(performance.now(), { synced: rttMs !== undefined, rttMs });
  }

  /**
   * Tells that a frame is on the screen: for capture -> draw here and at the server.
   * @param at when, ms on `performance.now()`
   */
  drawn(frame: Frame, at = performance.now()): void {
    // One of the connection before: its times are of another clock, its number means nothing now.
    if (frame.receivedAt < this.#connectedAt) return;
    const lagMs = at - frame.receivedAt;
    this.#drawing = { ...this.#drawing, drawnSeq: frame.seq, drawLagMs: lagMs };
    this.#meter.drawn(at, lagMs, this.#connection.clock?.since(frame.capturedAt, at));
  }

  /** Tells the server with the next acknowledgement how drawing goes, so that it sends no more than is drawn. */
  report(report: DrawingReport): void {
    const { dropped = 0, ...drawing } = report;
    this.#meter.dropped(dropped);
    this.#drawing = { ...this.#drawing, ...drawing, clientDropped: this.#drawing.clientDropped + dropped };
  }

  #assertOpen(): void {
    if (this.connection.state === 'closed') throw closedError(this.connection);
  }

  #welcomed(message: Welcome): void {
    this.#streams = message.streams;
    this.#subscribed = undefined;
    this.#connectedAt = performance.now();
    this.#meter = new StatsMeter(this.#connectedAt);
    this.#drawing = { ...this.#drawing, drawnSeq: 0, drawLagMs: 0 };
    this.#ackPace = new AckPace();
    this.#knows = message.capabilities;
    this.#subscription.connected();
  }

  #connectionChanged(state: ConnectionState): void {
    clearInterval(this.#statsTimer);
    clearTimeout(this.#silence);
    if (state.state === 'open') {
      this.#statsTimer = setInterval(() => this.#tellStats(), STATS_EVERY_MS);
    } else {
      this.#subscription.disconnected();
    }
    this.#events.emit('connection', state);
    if (state.state !== 'closed') return;
    this.#subscription.end(closedError(state));
    for (const iterator of this.#iterators) iterator.end(endError(state));
  }

  #tellStats(): void {
    this.#events.emit('stats', this.stats());
    const report = this.#meter.takeReport();
    if (report !== undefined && this.#knows.latency === true) this.#connection.send({ type: 'latency', ...report });
  }

  #control(message: Control): void {
    switch (message.type) {
      case 'subscribed': {
        const { type: _, ...subscribed } = message;
        // Sent before the server had read that nothing is wanted any more.
        if (this.#subscription.wanted === undefined) break;
        this.#subscribed = subscribed;
        this.#events.emit('subscribed', subscribed);
        // The server also tells of changes that nobody asked for.
        if (subscribed.cause === 'asked') this.#subscription.answered(subscribed);
        break;
      }
      case 'source': {
        const { type: _, stream, ...source } = message;
        this.#streams = this.#streams.map(info => (info.name === stream ? { ...info, source } : info));
        this.#events.emit('source', { stream, ...source });
        break;
      }
      case 'stats':
        this.#meter.server(message);
        break;
      case 'acks':
        this.#sendAck(this.#ackPace.allow(message), this.#ackPace.silenceMs);
        break;
      case 'error': {
        const error = new FramewireClientError(message.code, message.message, { hint: message.hint });
        if (!this.#subscription.refused(error)) this.#events.emit('error', error);
        break;
      }
    }
  }

  /** Acknowledges first: everything else here would count as time on the network. */
  #arrived(arrival: Arrival): void {
    const { header, receivedAt, payload } = arrival;
    this.#acknowledge(arrival);
    const ageMs = this.#connection.clock?.since(header.capturedAt, receivedAt);
    this.#meter.arrived({ bytes: payload.byteLength, receivedAt, encodeMs: header.encodeUs / 1000, ageMs });
    if (this.paused || header.stream !== this.#wantedStreamId()) {
      // Sent before the server had read that something else is wanted.
      this.#meter.dropped(1);
      return;
    }
    const frame = createFrame(arrival, ageMs, missedBetween(this.#lastSeq, header.seq));
    this.#lastSeq = header.seq;
    this.#events.emit('frame', frame);
    for (const iterator of this.#iterators) if (iterator.put(frame)) this.report({ dropped: 1 });
  }

  #acknowledge(arrival: Arrival): void {
    const { header, receivedAt } = arrival;
    const held = this.#knows.held === true ? arrival.held : 'none';
    const payloadMs = held === 'payload' ? arrival.heldMs : arrival.payloadMs;
    const ack = { ...this.#drawing, seq: header.seq, held, receivedAt, payloadMs };
    const due = this.#ackPace.arrived(ack, header.capturedAt);
    if (due !== undefined) this.#drawing = { ...this.#drawing, clientDropped: 0, decodeError: false };
    this.#sendAck(due, this.#ackPace.silenceMs);
  }

  /** @param silenceMs when nothing comes for so long, the server is told, and again after twice as long and so on. */
  #sendAck(ack: Ack | undefined, silenceMs: number): void {
    if (ack !== undefined) this.#connection.send(encodeAck(ack));
    clearTimeout(this.#silence);
    if (silenceMs > MAX_ACK_GAP_MS) return;
    this.#silence = setTimeout(() => this.#sendAck(this.#ackPace.repeat(), 2 * silenceMs), silenceMs);
  }

  #wantedStreamId(): number | undefined {
    const { wanted } = this.#subscription;
    if (wanted === undefined) return undefined;
    const { stream } = wanted;
    return (stream === undefined ? this.#streams[0] : this.#streams.find(info => info.name === stream))?.id;
  }

  #sendRequest(message: SubscriptionMessage): void {
    this.#connection.send(message satisfies ClientMessage);
    if (message.type === 'subscribe') this.#lastSeq = undefined;
    if (message.type !== 'set') this.#meter.flows(performance.now());
  }
}

function closedError({ code, reason }: { code: string; reason: string }): FramewireClientError {
  return new FramewireClientError(code, reason);
}

/** A loop over frames ends quietly when the client was closed on purpose. */
function endError(state: { code: string; reason: string }): FramewireClientError | undefined {
  return state.code === 'closed' ? undefined : closedError(state);
}
