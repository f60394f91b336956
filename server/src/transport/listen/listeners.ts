import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  maxHeaderSize,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { Socket, type Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { FramewireError } from '../../errors.js';
import type { Pair } from '../../tls/certificate.js';
import { reachOf, type Reach } from './addresses.js';
import { ConnectionLimits } from './connection-limits.js';
import { ConnectionGate } from './connection-gate.js';
import { explainListening, isUnavailable } from './listen-failure.js';
import { OnePort } from './one-port.js';
import { rawSocketOf } from '../kernel/raw-socket.js';
import { BoundedRequest, hasBody } from './request-flood.js';
import { refuseRequest, refuseSocket } from './refuse-socket.js';
import { RequestQueue } from './request-queue.js';
import { isForAnyScheme, sendToTls, tlsRequired } from './tls-required.js';

const LOOPBACK = ['127.0.0.1', '::1'];
const MOST_ATTEMPTS = 5;

/** A request comes to its end within this time, ms: honest ones are a few hundred bytes. */
const REQUEST_MS = 10_000;
const CHECK_MS = 1000;

export interface Listeners {
  readonly reach: Reach;
  /** How many there are now, of those that were admitted. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** `localhost` (IPv4 and IPv6), `::` (all addresses, both families) or one address or name. */
  host: string;
  /** 0 for one that is free. */
  port: number;
  /** A descriptor that is listened on already, in place of host and port. */
  fd?: number | undefined;
  /** Undefined: plain HTTP. Else nothing is served without TLS but what is needed to trust it. */
  tls?: { readonly pair: Pair; onChange(listener: (pair: Pair) => void): void } | undefined;
  /** Connections at the same time; whoever comes beyond is told so. */
  maxConnections: number;
  onRefused: (reason: FramewireError, address: string) => void;
  onRequest: RequestListener;
  /** Gets what offers WebSocket, what wants another protocol and cannot be answered in plain HTTP, and what has a body. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** A connection could not be accepted; those that there are, and all later ones, are not touched by that. */
  onError: (error: Error) => void;
}

/**
 * Listens on every address that the host stands for, all on the same port.
 *
 * @throws FramewireError port-in-use, port-denied or host-unavailable.
 */
export async function listen(options: ListenOptions): Promise<Listeners> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(options);
    } catch (error) {
      // Any port will do, and the one that was free on IPv4 was not on IPv6: another one.
      const mayDiffer = options.port === 0 && error instanceof FramewireError && error.code === 'port-in-use';
      if (!mayDiffer || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function listenOnce(options: ListenOptions): Promise<Listeners> {
  const { fd } = options;
  const hosts = options.host === 'localhost' && fd === undefined ? LOOPBACK : [options.host];
  const servers: Open[] = [];
  const limits = new ConnectionLimits(options.maxConnections);
  const gate = new ConnectionGate(limits, options.onRefused);
  let { port } = options;
  const bound: string[] = [];
  try {
    for (const host of hosts) {
      const server = await open(fd === undefined ? { host, port } : { fd }, gate, options).catch(
        async (error: unknown) => {
          // A machine without IPv6 is no reason not to start.
          if (servers.length > 0 && host === '::1' && isUnavailable(error)) return undefined;
          throw await explainListening(error, host, port);
        },
      );
      if (server === undefined) continue;
      servers.push(server);
      const at = addressOf(server.front);
      port = at.port;
      bound.push(at.address);
    }
  } catch (error) {
    await Promise.all(servers.map(server => server.close()));
    throw error;
  }
  const certificate = options.tls && new X509Certificate(options.tls.pair.cert);
  return {
    reach: reachOf(fd === undefined ? options.host : (bound[0] ?? ''), bound, port, certificate),
    get connections() {
      return limits.count;
    },
    close: async () => {
      await Promise.all(servers.map(server => server.close()));
    },
  };
}

interface Open {
  /** What listens. */
  readonly front: NetServer;
  close(): Promise<void>;
}

async function open(
  at: { host: string; port: number } | { fd: number },
  gate: ConnectionGate,
  { tls, onRequest, onUpgrade, onError }: ListenOptions,
): Promise<Open> {
  const isPlain = (socket: Duplex) => tls !== undefined && !(socket instanceof TLSSocket);
  const requests = new RequestQueue(onRequest);
  const options = {
    IncomingMessage: BoundedRequest,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const server = createServer(options, (request, response) => {
    const refusal = gate.refusal(request.socket) ?? refusedHosts(request);
    if (refusal !== undefined) refuseRequest(response, refusal);
    else if (isPlain(request.socket) && !isForAnyScheme(request)) sendToTls(request, response);
    else requests.take(request, response);
  });
  server.on('connection', socket => gate.enter(rawSocketOf(socket)));
  const onOffer = (request: BoundedRequest, socket: Duplex, head: Buffer) => {
    const refusal = gate.refusal(socket) ?? refusedHosts(request);
    // Node lets go of a connection at once; whatever came next would get between what is still to be written.
    if (request.isFlood || requests.isBusy(socket)) socket.destroy();
    else if (refusal !== undefined) refuseSocket(socket, refusal);
    else if (isPlain(socket)) refuseSocket(socket, tlsRequired());
    else if (mayStayPlain(request)) giveBack(server, request, socket, head);
    else onUpgrade(request, socket, head);
  };
  server.on('upgrade', onOffer);
  server.on('connect', onOffer);
  server.on('clientError', (error: Error, socket) => {
    if (requests.isBusy(socket) || !socket.writable || hasAskedNothing(socket)) socket.destroy();
    else refuseSocket(socket, explainUnreadable(error));
  });
  const onePort = tls === undefined ? undefined : new OnePort(server, tls.pair, socket => gate.enter(socket));
  if (onePort !== undefined) tls?.onChange(pair => onePort.show(pair));
  const front: NetServer = onePort?.server ?? server;
  front.listen(at);
  await once(front, 'listening');
  front.on('error', onError);
  const close = async () => {
    const closed = once(front, 'close');
    front.close();
    // It has timers of its own, also where it does not listen.
    if (front !== server) server.close();
    server.closeAllConnections();
    onePort?.destroyConnections();
    await closed;
  };
  return { front, close };
}

/** Proxies and servers that go by different ones can be played off against each other (RFC 9112 3.2: 400). */
function refusedHosts({ headersDistinct }: IncomingMessage): FramewireError | undefined {
  const hosts = headersDistinct['host'] ?? [];
  return hosts.length > 1 ? new FramewireError('bad-request', 'This request has more than one Host.') : undefined;
}

/**
 * An offer of another protocol may be declined by answering as if it were not there, and clients count on that: Java's
 * offers HTTP/2 (`h2c`) with each request. Node gives all of them to the listener of upgrades, if there is one; its
 * `shouldUpgradeCallback` is younger than the versions that run this. Of a body it gives on nothing in some versions.
 */
function mayStayPlain({ method = '', headers }: IncomingMessage): boolean {
  return !offersWebSocket(headers) && !hasBody(headers) && (method === 'GET' || method === 'HEAD');
}

export function offersWebSocket({ upgrade = '' }: IncomingHttpHeaders): boolean {
  return upgrade.split(',').some(offer => offer.trim().toLowerCase() === 'websocket');
}

/** Has the request read once more, without its offer, by the server that it came from. */
function giveBack(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'upgrade') lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function addressOf(server: NetServer): { address: string; port: number } {
  const address = server.address();
  return address === null || typeof address === 'string' ? { address: '', port: 0 } : address;
}

/**
 * Clients open connections ahead, and take what they read there for the answer to what they ask next. Once something was
 * answered Node itself closes a silent connection without a word.
 */
function hasAskedNothing(socket: Duplex): boolean {
  return socket instanceof Socket && socket.bytesRead === 0;
}

/** What Node's parser says of what came over a connection. */
function explainUnreadable(error: Error): FramewireError {
  switch ('code' in error ? String(error.code) : '') {
    case 'HPE_HEADER_OVERFLOW': {
      const message = `A request has at most ${maxHeaderSize / 1024} kB before its body.`;
      return new FramewireError('request-too-long', message, 'Shorten the URL, or the cookies of this host.');
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new FramewireError('request-timeout', 'The request did not end in time.');
    default:
      return new FramewireError('bad-request', 'This is not valid HTTP.');
  }
}
