/** What can go wrong on the viewer's side; the server's own codes (`unknown-stream`, ...) come through unchanged. */
export type ClientErrorCode =
  /** The address is none that a WebSocket can be opened to. */
  | 'bad-address'
  /** Nobody answered, or something that does not speak Framewire. */
  | 'unreachable'
  /** The server's certificate is of an authority that is not known here. */
  | 'untrusted'
  /** Something answers there by plain HTTP, which is no Framewire server or does not let WebSockets through to it. */
  | 'no-websocket'
  /** The server took the connection and said nothing, or stopped answering. */
  | 'no-answer'
  /** The connection broke. */
  | 'connection-lost'
  /** The server was stopped. */
  | 'server-stopped'
  /** The server has as many viewers as it may have. */
  | 'server-full'
  /** The server ended the connection for what this viewer did; trying again would not help. */
  | 'refused'
  /** The server sent what the protocol does not know; that message was left out. */
  | 'bad-server-message'
  /** `set` without a subscription. */
  | 'not-subscribed'
  /** `close()` was called. */
  | 'closed'
  /** An attribute of `<framewire-view>` is no number; it counts as absent. */
  | 'bad-attribute'
  /** `snapshot()` before the first picture, `nextPicture()` of a view that has ended. */
  | 'no-picture'
  /** A picture came that could not be decoded. */
  | 'bad-picture'
  /** The page may not start the worker that receives and decodes. */
  | 'no-worker'
  /** The browser has no workers at all. */
  | 'unsupported';

/** What the client throws and reports: a code for programs, a sentence for people. */
export class FramewireClientError extends Error {
  override readonly name = 'FramewireClientError';
  /** One of `ClientErrorCode`, or a code of the server's. */
  readonly code: string;
  /** What to do about it, for people; not every error has one. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}

/** An error of the client's own: the code is checked by the compiler. */
export function clientError(
  code: ClientErrorCode,
  message: string,
  options?: { hint?: string; cause?: unknown },
): FramewireClientError {
  return new FramewireClientError(code, message, options);
}
