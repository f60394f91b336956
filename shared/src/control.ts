import {
  array,
  boolean,
  integer,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  string,
  tagged,
  type Decoder,
  type Parsed,
} from './decoder.js';
import { CODECS, type Codec } from './protocol.js';
import type { Quality } from './rendition.js';

/**
 * Control messages: JSON text messages, parsed at the edge of every process and never cast. Here are their types, and how
 * a viewer reads its server's; what a server makes of a stranger's messages is `client-message.ts`.
 */

/** What a viewer can ask for, and change while it watches. Every field is optional: absent means as it was. */
export interface Wishes {
  codec?: Codec | undefined;
  /** auto: at most what is asked for, and what the link carries; fixed: that, with fewer frames on a slow link. */
  mode?: 'auto' | 'fixed' | undefined;
  quality?: Quality | undefined;
  /** fixed: all pictures are as large as the first. Absent: `auto`, or `fixed` with `headers: false`. */
  size?: 'auto' | 'fixed' | undefined;
  /** Pixels, 16-16384; null: the source's own. */
  maxWidth?: number | null | undefined;
  /** Pixels, 16-16384; null: the source's own. */
  maxHeight?: number | null | undefined;
  /** Frames a second at most, 0.1-240; null: as many as the source has. */
  fps?: number | null | undefined;
  /** How old pictures may be on arrival, ms, 20-5000. */
  latencyBudgetMs?: number | undefined;
}

/** The first message of a subscription. */
export interface Subscribe extends Wishes {
  type: 'subscribe';
  /** Absent: the first stream. */
  stream?: string | undefined;
  /** Whether this viewer acknowledges frames. Absent: as `headers`. */
  acks?: boolean | undefined;
  /** false: every binary message is a bare picture, for scripts of five lines. */
  headers?: boolean | undefined;
}

/** What a viewer says in JSON. */
export type ClientMessage =
  | { type: 'hello'; protocol: number; client?: string | undefined; token?: string | undefined }
  | Subscribe
  | ({ type: 'set' } & Wishes)
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'unsubscribe' }
  | { type: 'key' }
  | ({ type: 'latency' } & LatencyReport);

/** Latencies that a viewer has measured since it told the last, ms, on clocks that are aligned; each once, in any order. */
export interface LatencyReport {
  /** Capture -> arrived. */
  receivedMs: number[];
  /** Capture -> drawn. */
  drawnMs: number[];
}

/** A report has at most so many of each kind: those of a second at the highest rate there is. */
export const MOST_LATENCIES = 240;

/** How a source is doing; `lost` says why, and it is being reopened. `idle`: nobody looks; `starting`: being opened. */
export type SourceState = Well | Lost;

interface Well {
  state: 'idle' | 'starting' | 'live';
}

interface Lost {
  state: 'lost';
  /** Stable, for programs. */
  code: string;
  /** A sentence for people. */
  reason: string;
}

/** One stream as the server lists it. */
export interface StreamInfo {
  name: string;
  /** What people read in its place; absent: an older server's streams have none. */
  title?: string | undefined;
  /** `stream` in frame headers. */
  id: number;
  /** For people: `camera /dev/video0, 1280x720, 30 fps, MJPG`. */
  description: string;
  source: SourceState;
  /** The source's own size and rate; null before it was opened for the first time. */
  width: number | null;
  height: number | null;
  fps: number | null;
  viewers: number;
  /** Pictures captured, in all renditions, since the server started. */
  captured: number;
  /** Frames encoded, likewise. */
  encoded: number;
  /** Damaged pictures of the source, none of which is shown; likewise. */
  damaged: number;
  /** The renditions in use now, as `jpeg-640x360-q30`. */
  renditions: string[];
}

/** What a viewer is given. */
export interface ChosenRendition {
  /** `rendition` in frame headers. */
  id: number;
  codec: Codec;
  width: number;
  height: number;
  quality: Quality;
  /** Frames a second at most, for this viewer; null: as many as the source has. */
  fps: number | null;
}

/** What a choice follows: the viewer's own question, or a change of its link or of the source that nobody asked for. */
export type ChangeCause = 'asked' | 'link' | 'source';

/** Why a frame was not sent to a viewer. Received + all of these = captured while it watched. */
export const DROP_REASONS = ['rate', 'superseded', 'skipped'] as const;
/** One of `DROP_REASONS`. */
export type DropReason = (typeof DROP_REASONS)[number];

/** What the server knows of the path to one viewer, and what it makes of it. null: not known yet. */
export interface LinkStats {
  /** What the narrowest place of the path carries, bits a second. */
  bitsPerSecond: number | null;
  /** Round trip of a small message on an idle path: the smallest of the last half minute, ms. */
  rttMs: number | null;
  /** How long the last frame waited behind others on its way, ms. */
  queueMs: number | null;
  /** How far down the ladder of renditions this viewer is; 0: what was asked for. */
  rung: number;
  /** How many rungs the ladder has. */
  rungs: number;
  latencyBudgetMs: number;
}

/** What the server reports of one viewer once a second. */
export interface ViewerStats {
  /** Pictures captured since this viewer subscribed: sent + dropped + at most one waiting. */
  captured: number;
  sent: number;
  sentBytes: number;
  /** `rate`: more than the fps asked for; `superseded`: a newer one came first; `skipped`: never encoded in this rendition. */
  dropped: Record<DropReason, number>;
  link: LinkStats;
  /** Pictures a second that this viewer takes where it is the limit, not its link; null: it takes all that come. */
  viewerFps?: number | null | undefined;
  /** Viewers of this stream now. */
  viewers: number;
}

/** What a viewer was sent and not sent since it came. */
export type SentCounts = Pick<ViewerStats, 'sent' | 'sentBytes' | 'dropped'>;

/** The first message of a connection. */
interface Welcome {
  type: 'welcome';
  protocol: number;
  /** For people: `framewire 0.1.0`. */
  server: string;
  streams: StreamInfo[];
  limits: { renditions: number; viewers: number; controlBytes: number };
  capabilities: {
    codecs: string[];
    modes: string[];
    /** Whether acknowledgements may say what the viewer held up itself; absent: an older server's may not. */
    held?: boolean | undefined;
    /** Whether it takes `latency`; absent: an older server does not. */
    latency?: boolean | undefined;
  };
}

/** What a viewer is given from now on. */
interface SubscribedMessage {
  type: 'subscribed';
  stream: string;
  streamId: number;
  rendition: ChosenRendition;
  mode: 'auto' | 'fixed';
  cause: ChangeCause;
  /** For people: how what was chosen differs from what was asked; empty when it does not. */
  why: string;
}

/** How often frames are to be acknowledged. */
export interface AckAllowance {
  /** One acknowledgement for so many frames is enough, ... */
  every: number;
  /** ... and one for each whose payload took longer than this, or that came so much later than usual, ms. */
  slowMs: number;
  /** When nothing has come for so long, the newest frame is acknowledged, again if it was, ms. Missing: it must not be. */
  silenceMs?: number | undefined;
}

interface AcksMessage extends AckAllowance {
  type: 'acks';
}

/** A refusal; the connection goes on. */
interface ErrorMessage {
  type: 'error';
  /** Stable, for programs. */
  code: string;
  /** A sentence for people. */
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
}

/** What a server says in JSON. */
export type ServerMessage =
  | Welcome
  | SubscribedMessage
  | ({ type: 'source'; stream: string } & SourceState)
  | ({ type: 'stats' } & ViewerStats)
  | AcksMessage
  | ErrorMessage;

const well = object<Well>({ state: oneOf('idle', 'starting', 'live') });
const lost = object<Lost>({ state: oneOf('lost'), code: string, reason: string });
const sourceState = tagged<SourceState>('state', { idle: well, starting: well, live: well, lost });

const streamInfo = object<StreamInfo>({
  name: string,
  title: optional(string),
  id: integer,
  description: string,
  source: sourceState,
  width: nullable(integer),
  height: nullable(integer),
  fps: nullable(number),
  viewers: integer,
  captured: integer,
  encoded: integer,
  damaged: integer,
  renditions: array(string),
});

const quality: Decoder<Quality> = (value, path) => (value === 'source' ? value : integer(value, path));

const chosenRendition = object<ChosenRendition>({
  id: integer,
  codec: oneOf(...CODECS),
  width: integer,
  height: integer,
  quality,
  fps: nullable(number),
});

const viewerStats = {
  captured: integer,
  sent: integer,
  sentBytes: number,
  dropped: object<ViewerStats['dropped']>({ rate: integer, superseded: integer, skipped: integer }),
  link: object<LinkStats>({
    bitsPerSecond: nullable(number),
    rttMs: nullable(number),
    queueMs: nullable(number),
    rung: integer,
    rungs: integer,
    latencyBudgetMs: integer,
  }),
  viewerFps: optional(nullable(number)),
  viewers: integer,
};

const ofStream = object<{ type: 'source'; stream: string }>({ type: oneOf('source'), stream: string });

const serverMessage = tagged<ServerMessage>('type', {
  welcome: object<Welcome>({
    type: oneOf('welcome'),
    protocol: integer,
    server: string,
    streams: array(streamInfo),
    limits: object<Welcome['limits']>({ renditions: integer, viewers: integer, controlBytes: integer }),
    capabilities: object<Welcome['capabilities']>({
      codecs: array(string),
      modes: array(string),
      held: optional(boolean),
      latency: optional(boolean),
    }),
  }),
  subscribed: object<SubscribedMessage>({
    type: oneOf('subscribed'),
    stream: string,
    streamId: integer,
    rendition: chosenRendition,
    mode: oneOf('auto', 'fixed'),
    cause: oneOf('asked', 'link', 'source'),
    why: string,
  }),
  source: (value, path) => ({ ...ofStream(value, path), ...sourceState(value, path) }),
  stats: object<{ type: 'stats' } & ViewerStats>({ type: oneOf('stats'), ...viewerStats }),
  acks: object<AcksMessage>({ type: oneOf('acks'), every: integer, slowMs: number, silenceMs: optional(number) }),
  error: object<ErrorMessage>({ type: oneOf('error'), code: string, message: string, hint: optional(string) }),
});

/** Parses what a server sent; fields that a newer server adds are left out. Never throws. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  return parseJson(serverMessage, text);
}

/** What `GET /api/streams` answers; `server` as in `welcome`. */
export interface StreamList {
  server: string;
  streams: StreamInfo[];
}

const streamList = /* @__PURE__ */ object<StreamList>({ server: string, streams: array(streamInfo) });

/** Parses the answer of `GET /api/streams`, for those who want the list without a connection. Never throws. */
export function parseStreamList(text: string): Parsed<StreamList> {
  return parseJson(streamList, text);
}
