import type { ChosenRendition, ServerMessage, SourceState, StreamInfo, Wishes } from '@framewire/shared/control';
import type { FramewireClientError } from './errors.js';
import type { Frame } from './frame.js';
import type { ClientStats } from './stats.js';

export type { ChosenRendition, SourceState, StreamInfo, Wishes } from '@framewire/shared/control';
export { FramewireClientError, type ClientErrorCode } from './errors.js';
export type { Frame } from './frame.js';
export type { ClientStats, LatencyStats, Percentiles } from './stats.js';

export interface ConnectOptions {
  /** Whether `connect` waits through failures of its first attempt; by default it rejects with that failure. */
  retry?: boolean;
}

/** Where the client stands with its server. `code` is a `ClientErrorCode`, `reason` a sentence for people. */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'reconnecting'; attempt: number; retryInMs: number; code: string; reason: string }
  /** For good: `close()` was called, or the server refused in a way that trying again does not mend. */
  | { state: 'closed'; code: string; reason: string };

/** What to watch and how. Without `stream`: the server's first. Wishes that are absent are the server's defaults. */
export interface SubscribeOptions extends Wishes {
  stream?: string;
}

/** What the server chose, and `why` it differs from the wishes (empty when it does not). */
export type Subscribed = Omit<Extract<ServerMessage, { type: 'subscribed' }>, 'type'> & { rendition: ChosenRendition };

/** How the stream's source is doing now. */
export type SourceEvent = SourceState & { stream: string };

export interface ClientEvents {
  /** Every frame, the moment it has arrived. A listener that takes long delays the next frame, it skips none. */
  frame: Frame;
  connection: ConnectionState;
  source: SourceEvent;
  /** The server's choice changed, asked for or not (a source came back with another size). */
  subscribed: Subscribed;
  /** Once a second while connected. */
  stats: ClientStats;
  /** What went wrong and rejects no promise; the client goes on. */
  error: FramewireClientError;
}

/** What a viewer that draws tells the server with its next acknowledgement. */
export interface DrawingReport {
  /** Frames received and not yet decoded, until told otherwise. */
  decodeQueue?: number;
  /** Whether nobody can see the picture, until told otherwise. */
  hidden?: boolean;
  /** So many more frames were thrown away undrawn because a newer one had come. */
  dropped?: number;
  /** A frame could not be decoded. */
  decodeError?: boolean;
}

/** One connection and at most one subscription. Ends with `close()`, `await using`, or a refusal of the server's. */
export interface FramewireClient extends AsyncDisposable {
  /** As of the last connection; `source` is kept up to date. */
  readonly streams: readonly StreamInfo[];
  readonly connection: ConnectionState;
  /** The server's newest answer; undefined before it and after `unsubscribe`. */
  readonly subscribed: Subscribed | undefined;
  readonly paused: boolean;

  /** Watches a stream, in place of the one watched before; kept through reconnects. @throws FramewireClientError */
  subscribe(options?: SubscribeOptions): Promise<Subscribed>;
  /** Changes some wishes, the others stay. Calls in quick succession travel as one. @throws FramewireClientError */
  set(wishes: Wishes): Promise<Subscribed>;
  /** No frames until `resume`, which goes on with the newest. Kept through reconnects. */
  pause(): void;
  resume(): void;
  unsubscribe(): void;
  close(): void;

  /**
   * The frames as they come, newest first: a slow loop skips frames, they never queue.
   * Ends with `close()`; throws FramewireClientError when the server ended the connection for good.
   */
  frames(): AsyncIterableIterator<Frame>;
  /** @returns a function that removes the listener. */
  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void;
  stats(): ClientStats;

  /** Tells that a frame is on the screen: for capture -> draw latency here and at the server. `at` is `performance.now()`. */
  drawn(frame: Frame, at?: number): void;
  report(report: DrawingReport): void;
}

/**
 * Connects to a server: `http://camera.local:8080`, also `https:`, `ws:`, `wss:`; in a browser also a path of the
 * page's own server, `''` or `/`.
 * @throws FramewireClientError when the first attempt fails, unless `retry` is set.
 */
export declare function connect(server: string, options?: ConnectOptions): Promise<FramewireClient>;

/** As `connect`, returned at once and still connecting: it tries until it succeeds or is closed. */
export declare function createClient(server: string): FramewireClient;
