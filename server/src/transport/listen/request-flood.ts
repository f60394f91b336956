import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Far beyond what any client sends ahead: browsers wait for each answer, some old clients send a handful. */
const MOST_AT_ONCE = 64;

const atOnce = new Map<Socket, number>();

/**
 * Ends floods of requests. One read brings 64 kB, which are some thousands, and Node's parser calls out for each of them before
 * anything else can happen, also on a connection that is destroyed meanwhile: 50 ms and more. The one thing that stops it is
 * a request for another protocol, so the first beyond a bound counts as one. Pass it to `createServer`, and destroy the
 * connection of an upgrade that is `isFlood`.
 */
export class BoundedRequest extends IncomingMessage {
  readonly isFlood: boolean;

  constructor(socket: Socket) {
    super(socket);
    if (atOnce.size === 0) setImmediate(() => atOnce.clear());
    const count = (atOnce.get(socket) ?? 0) + 1;
    atOnce.set(socket, count);
    this.isFlood = count > MOST_AT_ONCE;
    // Node sets it to what the parser says, and looks at it then.
    if (this.isFlood) Object.defineProperty(this, 'upgrade', { get: () => true, set() {} });
  }
}
