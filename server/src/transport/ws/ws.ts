import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { MAX_CONTROL_BYTES, SUBPROTOCOL, SUBPROTOCOL_TOKEN } from '@framewire/shared/protocol';
import type { Broadcaster } from '../../stream/broadcaster.js';
import { FramewireError, type ErrorCode } from '../../errors.js';
import { refusedMethod } from '../http/http-server.js';
import { offersWebSocket } from '../listen/listeners.js';
import { clientAddress } from '../../access/client-address.js';
import type { Guard, Pass } from '../../access/guard.js';
import type { Audience } from '../../ops/audience.js';
import { refuseSocket } from '../listen/refuse-socket.js';
import { awaitToken } from './await-token.js';
import { closeCodeOf, closeReasonOf, refuseWebSocket } from './refuse-web-socket.js';
import { WsViewer } from './ws-viewer.js';

/** A viewer that has vanished while nothing is sent to it (paused) is noticed by the kernel after this, ms. */
const KEEP_ALIVE_MS = 30_000;

/** Pieces of one message: 16 KiB need none, and empty ones could go on for ever. */
const MOST_FRAGMENTS = 16;

/** What a page is told over its WebSocket. Of others it finds out by plain HTTP. */
const IN_WORDS: ReadonlySet<ErrorCode> = new Set(['token-wrong', 'token-expired', 'role-missing', 'too-many-tries']);

export interface WsOptions {
  guard: Guard;
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

  /** WebSockets that are open, whether they watch or not. */
  get connections(): number {
    return this.#server.clients.size;
  }

  /** Takes over an HTTP upgrade, or refuses it with a status and a sentence. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = this.#refusal(request);
    if (refusal !== undefined || !(socket instanceof Socket)) {
      refuseSocket(socket, refusal ?? new FramewireError('bad-request', 'This is not a network connection.'));
      return;
    }
    const { guard, audience } = this.#options;
    try {
      const pass = guard.admitPage(request, 'view');
      this.#open(request, socket, head, ws => this.#enter(ws, request, socket, pass));
    } catch (error) {
      if (!(error instanceof FramewireError)) throw error;
      if (error.code === 'token-missing') {
        this.#open(request, socket, head, ws => this.#awaitToken(ws, request, socket));
        return;
      }
      audience.refused(error, clientAddress(request));
      // Browsers do not tell a page what stood in an answer without an upgrade.
      const isForPage = request.headers.origin !== undefined && IN_WORDS.has(error.code);
      if (isForPage) this.#open(request, socket, head, ws => refuseWebSocket(ws, error));
      else refuseSocket(socket, error);
    }
  }

  #open(request: IncomingMessage, socket: Socket, head: Buffer, onOpen: (ws: WebSocket) => void): void {
    this.#server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', () => undefined); // ws closes the connection itself, with the code that fits.
      onOpen(ws);
    });
  }

  #awaitToken(ws: WebSocket, request: IncomingMessage, socket: Socket): void {
    const { guard, audience } = this.#options;
    awaitToken(ws, (token, repeat) => {
      try {
        const pass = guard.admitToken(request, token);
        this.#enter(ws, request, socket, pass);
        repeat();
      } catch (error) {
        if (!(error instanceof FramewireError)) throw error;
        audience.refused(error, clientAddress(request));
        refuseWebSocket(ws, error);
      }
    });
  }

  #enter(ws: WebSocket, request: IncomingMessage, socket: Socket, pass: Pass): void {
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const { server, guard, audience, maxRenditions, maxViewers } = this.#options;
    const address = clientAddress(request);
    const attendance = audience.enter({ address, user: pass.grant.user }, 'ws');
    const streams = this.#broadcaster.seenBy(pass.sees);
    const { knownRates } = this.#broadcaster;
    const viewer = new WsViewer(ws, socket, { knownRates, streams, attendance });
    try {
      const admission = this.#broadcaster.admit(viewer);
      const kept = guard.keep(
        pass,
        () => viewer.watched,
        why => {
          viewer.refuse(why);
          viewer.close(closeCodeOf(why), closeReasonOf(why));
        },
      );
      ws.once('close', () => {
        kept[Symbol.dispose]();
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
  }

  #refusal(request: IncomingMessage): FramewireError | undefined {
    const { url = '', headers } = request;
    const foreign = this.#options.guard.refusedBeforehand(request);
    if (foreign !== undefined) return foreign;
    if (!offersWebSocket(headers)) {
      const message = 'Requests with a body are not supported here.';
      return refusedMethod(request) ?? new FramewireError('bad-request', message, 'Send it without a body.');
    }
    if (url.split('?')[0] !== '/ws') return new FramewireError('not-found', 'WebSockets are served at /ws only.');
    const offered = headers['sec-websocket-protocol'];
    if (offered !== undefined && !offered.split(',').some(name => name.trim() === SUBPROTOCOL)) {
      const others = offered.split(',').filter(name => !name.trim().startsWith(SUBPROTOCOL_TOKEN));
      return new FramewireError('protocol-version', `This server speaks ${SUBPROTOCOL}, not ${others.join(',')}.`);
    }
    return undefined;
  }
}
