import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** Far beyond what any client sends ahead: browsers wait for each answer, some old clients send a handful. */
const MOST_AT_ONCE = 64;

const atOnce = new Map<Socket, number>();

/**
 * Ends floods of requests, and bodies, which nobody here takes. One read brings 64 kB, which are some thousand requests or
 * chunks of a body, and Node's parser calls out for each of them before anything else can happen, also on a connection that
 * is destroyed meanwhile: 12 ms for chunks of a byte, 50 ms and more for requests. The one thing that stops it is a request
 * for another protocol, so the first request beyond a bound counts as one, and so does each that announces a body. Pass it
 * to `createServer`, destroy the connection of an upgrade that is `isFlood`, and refuse one that `hasBody`.
 */
export class BoundedRequest extends IncomingMessage {
  readonly isFlood: boolean;

  constructor(socket: Socket) {
    super(socket);
    if (atOnce.size === 0) setImmediate(() => atOnce.clear());
    const count = (atOnce.get(socket) ?? 0) + 1;
    atOnce.set(socket, count);
    this.isFlood = count > MOST_AT_ONCE;
    // Node sets it to what the parser says, and looks at it when it has the headers.
    let isOffer = false;
    Object.defineProperty(this, 'upgrade', {
      get: () => isOffer || this.isFlood || hasBody(this.headers),
      set: (said: boolean) => {
        isOffer = said;
      },
    });
  }
}

/** Whether a body follows that is not empty. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}
