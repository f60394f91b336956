import { FramewireClient, type ConnectionState } from '../client.js';
import { clientError, FramewireClientError } from '../errors.js';
import type { Frame } from '../frame.js';
import { CALM_TICK_MS, StallDetector } from '../latency/stall-detector.js';
import { JpegDecoder } from './jpeg-decoder.js';
import { CanvasPainter, type Painter } from './canvas-painter.js';
import { isOwnServer, videoFeedUrl } from '../connection/server-url.js';
import { SlidingWindow } from '../latency/sliding-window.js';
import type { SubscribeOptions } from '../subscription.js';
import type { FromWorker, ToWorker } from './messages.js';
import { PlainFeed } from './plain-feed.js';
import { RemotePainter } from './remote-painter.js';
import {
  isPlainHttpOnly,
  viewStatus,
  type ErrorFields,
  type Flow,
  type ViewFacts,
  type ViewStatus,
} from './view-status.js';

type Start = Extract<ToWorker, { type: 'start' }>;
type Post = (message: FromWorker, transfer?: Transferable[]) => void;

const DRAWN_WINDOW_MS = 2000;

/** Everything behind one `<framewire-view>`: receives, decodes and draws, and tells the page how it goes. */
export class ViewPipeline {
  readonly #post: Post;
  readonly #server: string;
  readonly #token: string | undefined;
  readonly #client: FramewireClient;
  /** The page's thread: Firefox and WebKit hand a worker's WebSocket messages through it. */
  readonly #page = new StallDetector(CALM_TICK_MS);
  #tickMs: number | undefined;
  readonly #decoder: JpegDecoder;
  readonly #painter: Painter<Frame>;
  readonly #remote: RemotePainter | undefined;
  readonly #paintedFrames = new SlidingWindow(DRAWN_WINDOW_MS);
  #watch: SubscribeOptions;
  #flow: Flow;
  /** What came before is of another stream, or from before a pause or an outage: it is no news. */
  #flowsSince = performance.now();
  #shown: Frame | undefined;
  /** Who waits for the next picture. */
  readonly #awaited: number[] = [];
  #drawn: ViewFacts['drawn'] = 'nothing';
  #isUndecodable = false;
  #refusal: ErrorFields | undefined;
  #status: ViewStatus = { state: 'connecting' };
  /** `waiting`: for room among the page's connections. */
  #feed: 'none' | 'waiting' | PlainFeed = 'none';
  #hasFeed = false;

  /** @throws FramewireClientError bad-address */
  constructor({ server, token, watch, flow, canvas }: Start, post: Post) {
    this.#post = post;
    this.#server = server;
    this.#token = token;
    this.#watch = watch;
    this.#flow = flow;
    this.#client = new FramewireClient(server, { token, relay: this.#page });
    this.#decoder = new JpegDecoder({
      decoded: (frame, bitmap) => this.#decoded(frame, bitmap),
      skipped: () => this.#client.report({ dropped: 1 }),
      failed: (frame, error) => this.#undecodable(frame, error),
    });
    const painting = {
      painted: (frame: Frame, at: number) => this.#painted(frame, at),
      dropped: () => this.#client.report({ dropped: 1 }),
    };
    if (canvas === undefined) this.#painter = this.#remote = new RemotePainter(post, painting);
    else this.#painter = new CanvasPainter(canvas, painting);
    this.#listen();
    // Until somebody can see it, nothing is asked for: no camera is opened for a view at the end of a long page.
    this.#setFlow(flow);
    void this.#subscribe();
  }

  receive(message: Exclude<ToWorker, Start>): void {
    switch (message.type) {
      case 'watch':
        void this.#setWatch(message.watch);
        break;
      case 'flow':
        this.#setFlow(message.flow);
        break;
      case 'snapshot':
        if (message.isNext) this.#awaited.push(message.id);
        else this.#post({ type: 'snapshot', id: message.id, picture: this.#shown?.blob() });
        break;
      case 'feed':
        if (this.#feed === 'waiting') this.#startFeed();
        break;
      case 'tick':
        this.#page.tick(performance.now());
        this.#askForTicks(this.#page.tickMs);
        break;
      case 'bitmap-done':
        this.#remote?.done(message.id, message.paintedAt);
        break;
    }
  }

  #listen(): void {
    this.#client.on('frame', frame => {
      this.#decoder.put(frame);
      this.#client.report({ decodeQueue: this.#decoder.queue });
    });
    this.#client.on('connection', ({ state }) => {
      // A server that was started anew may have what the old one had not.
      if (state === 'open' && this.#refusal !== undefined) void this.#subscribe();
      else if (state === 'open') this.#startFlow();
      this.#tellStatus();
    });
    this.#client.on('source', () => {
      // It belonged to what has just ended.
      if (this.#drawn === 'placeholder') this.#drawn = 'nothing';
      this.#tellStatus();
    });
    this.#client.on('subscribed', subscribed => {
      this.#refusal = undefined;
      this.#post({ type: 'subscribed', subscribed });
      this.#tellStatus();
    });
    this.#client.on('stats', stats => {
      const { paused } = this.#client;
      const drawnFps = paused ? 0 : this.#paintedFrames.perSecond(performance.now(), this.#flowsSince);
      this.#post({ type: 'stats', stats: { ...stats, drawnFps } });
    });
    this.#client.on('error', error => {
      const { connection, subscribed } = this.#client;
      // What was agreed to before a reconnect can be refused after it: the server has other streams now.
      const isRefusal = connection.state === 'open' && subscribed === undefined && error.code !== 'bad-server-message';
      if (isRefusal) this.#refused(error);
      else this.#tellError(error);
    });
  }

  async #subscribe(): Promise<void> {
    this.#startFlow();
    this.#refusal = undefined;
    try {
      await this.#client.subscribe(this.#watch);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** `set` where it can do it, so that the picture does not break off. */
  async #setWatch(watch: SubscribeOptions): Promise<void> {
    const before = this.#watch;
    if (JSON.stringify(watch) === JSON.stringify(before) && this.#refusal === undefined) return;
    this.#watch = watch;
    if (this.#feed instanceof PlainFeed) this.#startFeed();
    const isOtherStream = watch.stream !== before.stream;
    if (isOtherStream || this.#refusal !== undefined) {
      await this.#subscribe();
      return;
    }
    const { stream: _, ...wishes } = watch;
    try {
      await this.#client.set(wishes);
    } catch (error) {
      this.#tellError(error);
    }
  }

  #setFlow(flow: Flow): void {
    const isWanted = !flow.isPaused && !flow.isHidden;
    this.#flow = flow;
    this.#client.report({ hidden: flow.isHidden });
    if (flow.isHidden) this.#painter.clear();
    if (isWanted) {
      // Told anew as well when the network is back.
      this.#client.retryNow();
      if (this.#client.paused) {
        this.#startFlow();
        this.#client.resume();
      }
    } else {
      this.#page.stop();
      this.#client.pause();
    }
    this.#tellStatus();
  }

  /** Signs of the page cost it a little, and are needed often only while it is busy. */
  #askForTicks(everyMs: number | undefined): void {
    if (everyMs === this.#tickMs) return;
    this.#tickMs = everyMs;
    this.#post({ type: 'ticks', everyMs });
  }

  #startFlow(): void {
    this.#flowsSince = performance.now();
    this.#drawn = 'nothing';
    this.#painter.clear();
  }

  #decoded(frame: Frame, bitmap: ImageBitmap): void {
    this.#isUndecodable = false;
    this.#client.report({ decodeQueue: this.#decoder.queue });
    this.#painter.put(bitmap, frame);
    if (this.#flow.isHidden || this.#isOld(frame)) this.#painter.clear();
  }

  #undecodable(frame: Frame, cause: unknown): void {
    this.#client.report({ dropped: 1, decodeError: true, decodeQueue: this.#decoder.queue });
    // Told once for a row of them, not thirty times a second.
    if (!this.#isUndecodable) this.#tellError(clientError('bad-picture', `Frame ${frame.seq} is no JPEG.`, { cause }));
    this.#isUndecodable = true;
  }

  #painted(frame: Frame, at: number): void {
    this.#shown = frame;
    this.#client.drawn(frame, at);
    this.#paintedFrames.add(1, at);
    // The page may have drawn it before it heard that it should not.
    if (this.#isOld(frame)) return;
    for (const id of this.#awaited.splice(0)) this.#post({ type: 'snapshot', id, picture: frame.blob() });
    const drawn = frame.placeholder ? 'placeholder' : 'picture';
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#tellStatus();
  }

  #isOld(frame: Frame): boolean {
    return frame.receivedAt < this.#flowsSince;
  }

  #startFeed(): void {
    if (this.#feed instanceof PlainFeed) this.#feed.close();
    this.#feed = new PlainFeed(videoFeedUrl(this.#server, this.#token, this.#watch), {
      frame: frame => {
        this.#hasFeed = true;
        this.#decoder.put(frame);
        this.#tellStatus();
      },
      silent: () => {
        this.#hasFeed = false;
        this.#tellStatus();
      },
    });
  }

  /** A page of another site that was refused could not read the pictures either: for the server they would be sent in vain. */
  #mayRead(connection: ConnectionState): boolean {
    const isRefused = connection.state === 'reconnecting' && connection.code === 'origin-refused';
    return !isRefused || isOwnServer(this.#server);
  }

  /** Wants a plain feed while that is all there is to be had, and somebody looks. */
  #wantFeed(isWanted: boolean): void {
    if (isWanted === (this.#feed !== 'none')) return;
    if (this.#feed instanceof PlainFeed) this.#feed.close();
    this.#feed = isWanted ? 'waiting' : 'none';
    this.#hasFeed = false;
    this.#post({ type: 'feed', isWanted });
  }

  #tellStatus(): void {
    const { connection, streams, subscribed } = this.#client;
    const mayFeed = isPlainHttpOnly(connection) && this.#mayRead(connection);
    this.#wantFeed(mayFeed && !this.#flow.isPaused && !this.#flow.isHidden);
    const name = subscribed?.stream ?? this.#watch.stream ?? streams[0]?.name;
    const source = streams.find(stream => stream.name === name)?.source;
    const facts = {
      connection,
      source,
      flow: this.#flow,
      drawn: this.#drawn,
      refusal: this.#refusal,
      hasFeed: this.#hasFeed,
    };
    const status = viewStatus(facts);
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#post({ type: 'status', status });
  }

  #refused(error: unknown): void {
    // Closed for good: the connection's state says it already.
    if (this.#client.connection.state === 'closed') return;
    this.#refusal = errorFields(error);
    // First, so that who hears of the error can tell that it is the reason.
    this.#tellStatus();
    this.#tellError(error);
  }

  #tellError(error: unknown): void {
    this.#post({ type: 'error', error: errorFields(error) });
  }
}

/** What a page is told of an error. @throws the error itself when it is a fault, not one of the client's own. */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof FramewireClientError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint };
}
