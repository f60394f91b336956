import type { SourceState } from '@framewire/shared/control';
import type { ConnectionState } from '../connection/connection.js';
import type { ClientStats } from '../latency/stats.js';

/** What a `<framewire-view>` shows now. `reason` is a sentence for people, `code` is stable for programs. */
export type ViewStatus =
  /** To the server, for the first time. */
  | { state: 'connecting' }
  /** Connected; the source is being opened, or its first picture has not come. */
  | { state: 'starting' }
  | { state: 'live' }
  /** The source is live, and its pictures cannot be shown as they were asked for: the picture that is shown says why. */
  | { state: 'failing' }
  /** By `paused`/`pause()`, or because nobody can see it: the page is hidden or the element out of view. */
  | { state: 'paused'; by: 'page' | 'hidden' }
  /** The source is gone and being reopened: camera unplugged, file unreadable, ... */
  | { state: 'lost'; code: string; reason: string }
  /** The server is gone or cannot be reached (`code`: connection-lost, server-stopped, server-full, unreachable, ...). */
  | { state: 'reconnecting'; attempt: number; retryInMs: number; code: string; reason: string }
  /** No WebSocket opens, `reason` says why; pictures come by plain HTTP meanwhile, without figures. */
  | { state: 'fallback'; code: string; reason: string }
  /** For good: what was asked for cannot be had (`unknown-stream`, ...), or the server refused. */
  | { state: 'failed'; code: string; reason: string; hint: string | undefined };

/** Once a second while connected. `dropped.client`: frames that were received and not drawn. */
export interface ViewStats extends ClientStats {
  /** Frames drawn a second, over the last 2 s; 0 while it is paused or out of view. */
  drawnFps: number;
}

/** Why no frames are wanted now, if there is a reason. */
export interface Flow {
  isPaused: boolean;
  isHidden: boolean;
}

/** A FramewireClientError, which loses its class on the way between threads. */
export interface ErrorFields {
  code: string;
  message: string;
  hint: string | undefined;
}

/** All that a status follows from. */
export interface ViewFacts {
  connection: ConnectionState;
  /** undefined until the server has told. */
  source: SourceState | undefined;
  flow: Flow;
  /** What was drawn last since frames began to flow, or the source changed. */
  drawn: 'nothing' | 'placeholder' | 'picture';
  /** Why there is no subscription, if the server refused it. */
  refusal: ErrorFields | undefined;
  /** Whether pictures come by plain HTTP. */
  hasFeed: boolean;
}

/** The codes of a server that is there, and of something on the way, which answer with HTTP in place of a WebSocket. */
const PLAIN_HTTP_ONLY: ReadonlySet<string> = new Set(['upgrade-required', 'origin-refused', 'no-websocket']);

/** A server that has just come back may answer by HTTP what it would not have refused a moment later. */
const FAILURES_IN_A_ROW = 2;

/** Whether pictures by plain HTTP are worth a try: it gets through, and no WebSocket does. */
export function isPlainHttpOnly(connection: ConnectionState): boolean {
  return (
    connection.state === 'reconnecting' &&
    connection.attempt >= FAILURES_IN_A_ROW &&
    PLAIN_HTTP_ONLY.has(connection.code)
  );
}

/** For good, and why. */
export function failed({ code, message, hint }: ErrorFields): ViewStatus {
  return { state: 'failed', code, reason: message, hint };
}

/** What hinders the picture most comes first. */
export function viewStatus({ connection, source, flow, drawn, refusal, hasFeed }: ViewFacts): ViewStatus {
  switch (connection.state) {
    case 'closed':
      return failed({ code: connection.code, message: connection.reason, hint: undefined });
    case 'connecting':
      return connection;
    case 'reconnecting':
      if (!isPlainHttpOnly(connection)) return connection;
      if (isPaused(flow)) return paused(flow);
      return hasFeed ? { state: 'fallback', code: connection.code, reason: connection.reason } : connection;
    case 'open':
      break;
  }
  if (refusal !== undefined) return failed(refusal);
  if (isPaused(flow)) return paused(flow);
  if (source?.state === 'lost') return { state: 'lost', code: source.code, reason: source.reason };
  if (drawn === 'placeholder' && source?.state === 'live') return { state: 'failing' };
  return { state: drawn === 'picture' ? 'live' : 'starting' };
}

function isPaused(flow: Flow): boolean {
  return flow.isPaused || flow.isHidden;
}

function paused(flow: Flow): ViewStatus {
  return { state: 'paused', by: flow.isPaused ? 'page' : 'hidden' };
}
