import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Pair } from '../../tls/certificate.js';
import { liesBelow } from '../kernel/raw-socket.js';
import { CIPHERS } from './ciphers.js';

/** Who connects and says nothing is cut after this, ms. */
const FIRST_BYTE_MS = 5000;

/** So is who does not finish the handshake, ms: Node's own limit is two minutes. */
const HANDSHAKE_MS = 10_000;

/** What a connection with TLS begins with: the type of a record (RFC 8446 5.1). No method of HTTP does. */
const HANDSHAKE_RECORD = 0x16;

/**
 * TLS and plain HTTP on one port, told apart by the first byte. Both come out as connections of one HTTP server, so that
 * all that holds for one of them holds for the other.
 */
export class OnePort {
  /** What listens. */
  readonly server: Server;
  readonly #http: HttpServer;
  readonly #enter: (socket: Socket) => void;
  readonly #tls;
  /** Connections that are still open, whatever has become of them. */
  readonly #open = new Set<Socket>();
  /** By their ends: Node does not say over which of them a connection with TLS was made. */
  readonly #handshaking = new Map<string, Socket>();

  /**
   * @param http does not listen itself.
   * @param enter is called for each connection before anything is read.
   */
  constructor(http: HttpServer, { cert, key }: Pair, enter: (socket: Socket) => void) {
    this.#http = http;
    this.#enter = enter;
    this.#tls = createTlsServer({
      cert,
      key,
      minVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      honorCipherOrder: true,
      // A stall of one viewer must not be one of all: no HTTP/2.
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#tls.on('secureConnection', socket => this.#secured(socket));
    this.#tls.on('tlsClientError', (_, socket) => socket.destroy());
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, socket => this.#accept(socket));
    // A server that has never listened enforces none of its timeouts (Node 20, lib/_http_server.js).
    this.server.once('listening', () => http.emit('listening'));
  }

  /** Shows another certificate from now on; connections that there are stay as they are. */
  show({ cert, key }: Pair): void {
    this.#tls.setSecureContext({ cert, key, minVersion: 'TLSv1.2', ciphers: CIPHERS, honorCipherOrder: true });
  }

  /** Ends all connections. */
  destroyConnections(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#open.add(socket);
    this.#enter(socket);
    const timer = setTimeout(() => socket.destroy(), FIRST_BYTE_MS);
    const ends = endsOf(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      this.#open.delete(socket);
      this.#handshaking.delete(ends);
    });
    socket.once('readable', () => {
      clearTimeout(timer);
      const first: unknown = socket.read();
      if (!Buffer.isBuffer(first)) {
        socket.destroy();
        return;
      }
      socket.unshift(first);
      if (first[0] !== HANDSHAKE_RECORD) {
        this.#http.emit('connection', socket);
        return;
      }
      this.#handshaking.set(ends, socket);
      this.#tls.emit('connection', socket);
    });
  }

  #secured(secure: TLSSocket): void {
    const ends = endsOf(secure);
    const raw = this.#handshaking.get(ends);
    this.#handshaking.delete(ends);
    if (raw === undefined) {
      secure.destroy();
      return;
    }
    liesBelow(raw, secure);
    this.#http.emit('connection', secure);
  }
}

/** Addresses and ports of both ends: they tell a connection from all others that there are. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
