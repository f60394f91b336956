import type { SourceState } from '@framewire/shared/control';
import type { ConnectionState } from './connection/connection.js';
import type { FramewireClientError } from './errors.js';
import type { Frame } from './frame.js';
import type { ClientStats } from './latency/stats.js';
import type { Subscribed } from './subscription.js';

/** How to connect. */
export interface ConnectOptions {
  /** Whether `connect` waits through failures of its first attempt; by default it rejects with that failure. */
  retry?: boolean;
  /** Where the server wants one; an address with `?token=` in it, as the server prints it, does as well. */
  token?: string | undefined;
  /**
   * The authority of the server's certificate, PEM, where Node does not know it: `/ca.crt` of a server that has made its
   * own. Browsers leave it out: they trust what is installed in them.
   */
  ca?: string | undefined;
}

/** How a stream's source is doing now. */
export type SourceEvent = SourceState & { stream: string };

/** What `FramewireClient.on` tells, by the name of the event. */
export interface ClientEvents {
  /** Every frame, the moment it has arrived. A listener that takes long delays the next frame, it skips none. */
  frame: Frame;
  /** The connection was made, lost, is being made again, or has ended. */
  connection: ConnectionState;
  /** A source was opened, closed or lost; also of streams that are not watched. */
  source: SourceEvent;
  /** The server's choice, asked for or not: `cause` tells whether the link or the source has changed meanwhile. */
  subscribed: Subscribed;
  /** Once a second while connected. */
  stats: ClientStats;
  /** What went wrong and rejects no promise; the client goes on. */
  error: FramewireClientError;
}

/** What a viewer that draws tells the server with its next acknowledgement. */
export interface DrawingReport {
  /** Frames received and not yet decoded, until told otherwise; above 255 counts as 255. */
  decodeQueue?: number;
  /** Whether nobody can see the picture, until told otherwise. */
  hidden?: boolean;
  /** So many more frames were thrown away undrawn because a newer one had come. */
  dropped?: number;
  /** A frame could not be decoded. */
  decodeError?: boolean;
}
