import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CLOSE_CODES, MAX_CONTROL_BYTES, SUBPROTOCOL } from '@framewire/shared/protocol';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { FramewireError } from '../../errors.js';
import { refusedMethod } from '../http/http-server.js';
import { offersWebSocket } from '../listen/listeners.js';
import type { Access } from '../../access/access.js';
import { clientAddress } from '../../access/client-address.js';
import type { Audience } from '../../ops/audience.js';
import { refuseSocket } from '../listen/refuse-socket.js';
import { WsViewer } from './ws-viewer.js';

/** A viewer that has vanished while nothing is sent to it (paused) is noticed by the kernel after this, ms. */
const KEEP_ALIVE_MS = 30_000;

/** Pieces of one message: 16 KiB need none, and empty ones could go on for ever. */
const MOST_FRAGMENTS = 16;

export interface WsOptions {
  access: Access;
  audience: Audience;
  /** For people: `framewire 0.1.0`. */
  server: string;
  maxRenditions: number;
  maxViewers: number;
}

/** The WebSocket endpoint `/ws`. */
export class WsEndpoint {
  readonly #options: WsOptions;
  readonly #broadcaster: Broadcaster;
  readonly #server = new WebSocketServer({
    noServer: true,
    // Deflating JPEGs gains nothing, costs 0.2 ms a frame and makes sending asynchronous.
    perMessageDeflate: false,
    maxPayload: MAX_CONTROL_BYTES,
    maxFragments: MOST_FRAGMENTS,
    // One message each turn of the event loop: a read may bring 10,000, and frames would wait for all of them.
    allowSynchronousEvents: false,
    // They count as messages, which ws-viewer.ts does.
    autoPong: false,
    handleProtocols: protocols => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  constructor(broadcaster: Broadcaster, options: WsOptions) {
    this.#broadcaster = broadcaster;
    this.#options = options;
  }

  /** Takes over an HTTP upgrade, or refuses it with a status and a sentence. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = this.#refusal(request);
    if (refusal !== undefined || !(socket instanceof Socket)) {
      refuseSocket(socket, refusal ?? new FramewireError('bad-request', 'This is not a network connection.'));
      return;
    }
    this.#server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', () => undefined); // ws closes the connection itself, with the code that fits.
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      const { server, audience, maxRenditions, maxViewers } = this.#options;
      const address = clientAddress(request);
      const viewer = new WsViewer(ws, socket, this.#broadcaster, audience.enter(address, 'ws'));
      try {
        const admission = this.#broadcaster.admit(viewer);
        ws.once('close', () => {
          admission[Symbol.dispose]();
          viewer.leave();
        });
        viewer.welcome(server, { renditions: maxRenditions, viewers: maxViewers, controlBytes: MAX_CONTROL_BYTES });
      } catch (error) {
        if (!(error instanceof FramewireError)) throw error;
        if (error.code === 'server-stopping') {
          viewer.dismiss();
          return;
        }
        audience.refused(error, address);
        viewer.refuse(error);
        viewer.close(CLOSE_CODES.tooManyViewers, error.message);
      }
    });
  }

  #refusal(request: IncomingMessage): FramewireError | undefined {
    const { url = '', headers } = request;
    const foreign = this.#options.access.refusedHost(request);
    if (foreign !== undefined) return foreign;
    if (!offersWebSocket(headers)) {
      const message = 'Requests with a body are not supported here.';
      return refusedMethod(request) ?? new FramewireError('bad-request', message, 'Send it without a body.');
    }
    if (url.split('?')[0] !== '/ws') return new FramewireError('not-found', 'WebSockets are served at /ws only.');
    const stranger = this.#options.access.refusedOrigin(request);
    if (stranger !== undefined) return stranger;
    const offered = headers['sec-websocket-protocol'];
    if (offered !== undefined && !offered.split(',').some(name => name.trim() === SUBPROTOCOL)) {
      return new FramewireError('protocol-version', `This server speaks ${SUBPROTOCOL}, not ${offered}.`);
    }
    return undefined;
  }
}
