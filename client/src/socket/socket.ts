/** A WebSocket as the client needs it, the same in browsers and in Node. */
export interface Socket {
  /** Left out unless the socket is open: what comes after the end has nobody to go to. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** Ends it; no event follows. */
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  text(message: string): void;
  /** The bytes belong to the listener. */
  binary(message: Uint8Array<ArrayBuffer>): void;
  /** The last event, also of a socket that never opened; `said` is the close reason or the error, may be empty. */
  closed(code: number, said: string): void;
}
