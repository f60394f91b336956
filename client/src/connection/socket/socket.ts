/** Where to connect to. */
export interface Target {
  /** Of the WebSocket. */
  readonly url: string;
  /** Shown to the server; undefined: none, or it stands in the address. */
  readonly token: string | undefined;
  /** As in `ConnectOptions`. */
  readonly ca?: string | undefined;
}

/** A WebSocket as the client needs it, the same in browsers and in Node. */
export interface Socket {
  /** Left out unless the socket is open: what comes after the end has nobody to go to. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** Ends it; no event follows. */
  close(): void;
}

/** Why a WebSocket was answered with plain HTTP. */
export interface Refusal {
  /** The server's own code, or a `ClientErrorCode` when something else has answered. */
  code: string;
  /** A sentence or two for people. */
  reason: string;
}

/** How long a WebSocket may take to open, ms: something on the way that knows none may swallow it without a word. */
export const OPEN_WITHIN_MS = 7000;

/** What a socket tells; nothing after `close`. */
export interface SocketEvents {
  opened(): void;
  text(message: string): void;
  /** The bytes belong to the listener. */
  binary(message: Uint8Array<ArrayBuffer>): void;
  /**
   * The last event, also of a socket that never opened; `said` is the close reason or the error, may be empty.
   * `refusal`: it never opened, and this came in its place.
   */
  closed(code: number, said: string, refusal?: Refusal): void;
}
