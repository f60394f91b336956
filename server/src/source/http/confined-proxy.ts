import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import { shownUrl } from '../../ops/url-secrets.js';
import { confine, LocalAddressError } from './local-address.js';

/** As long as those that the client of this project takes. */
const LONGEST_HEAD = 64 * 1024;

/** What is between FFmpeg and this proxy, not for the server behind it (RFC 9110, 7.6.1 and 11.7). */
const OWN_HEADERS = ['proxy-authorization', 'proxy-connection'];

/** What FFmpeg may open through the proxy. */
export interface Confinement {
  /** Names the source in sentences, without its secrets. */
  readonly what: string;
  /** The one host that may be this machine or on its link, as in a URL; undefined for none. */
  readonly localHost: string | undefined;
  readonly warn: (message: string) => void;
}

/**
 * FFmpeg's way to HTTP and HTTPS. It follows redirects by itself, and opens what a list of segments names; a camera
 * could make it fetch from this machine or its link so. Every connection of it begins here, and leads nowhere else than
 * a redirect may (`HttpClient`).
 *
 * Listens on the loopback and serves who knows its password, for other users of the machine should not go out as this
 * one.
 */
export class ConfinedProxy {
  readonly #server: Server;
  readonly #confinement: Confinement;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #password = randomUUID();
  readonly #tunnels = new Set<Duplex>();
  #hasWarned = false;

  private constructor(confinement: Confinement) {
    this.#confinement = confinement;
    this.#server = createServer({ insecureHTTPParser: true, maxHeaderSize: LONGEST_HEAD, requestTimeout: 0 })
      .on('request', (request, response) => this.#forward(request, response))
      .on('connect', (request, socket) => this.#tunnel(request, socket));
  }

  static async open(confinement: Confinement): Promise<ConfinedProxy> {
    // Hosts that it names FFmpeg would go to without a proxy, and they are the near ones.
    delete process.env['no_proxy'];
    const proxy = new ConfinedProxy(confinement);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** FFmpeg's option `http_proxy`. */
  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://framewire:${this.#password}@127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#tunnels) socket.destroy();
    this.#agent.destroy();
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
    if (!this.#isAllowed(request)) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="framewire"' }).end();
      return;
    }
    if (url?.protocol !== 'http:') {
      response.writeHead(400).end();
      return;
    }
    try {
      const asked = ask(url, {
        method: request.method ?? 'GET',
        headers: headersFor(request),
        agent: this.#agent,
        insecureHTTPParser: true,
        maxHeaderSize: LONGEST_HEAD,
        ...this.#confine(url.hostname),
      });
      asked.once('response', answer => {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
        pipeline(answer, response, () => undefined);
      });
      asked.on('error', error => this.#fail(response, error, url.href));
      response.once('close', () => asked.destroy());
      asked.end();
    } catch (error) {
      this.#fail(response, error, url.href);
    }
  }

  /** HTTPS goes through unseen, so its host is all that there is to be judged. */
  #tunnel(request: IncomingMessage, socket: Duplex): void {
    this.#tunnels.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#tunnels.delete(socket));
    if (!this.#isAllowed(request)) {
      socket.end('HTTP/1.1 407 Password\r\nProxy-Authenticate: Basic realm="framewire"\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const target = URL.canParse(`https://${request.url}`) ? new URL(`https://${request.url}`) : undefined;
    const fail = (error: unknown) => {
      this.#warnOf(error, target?.href ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    };
    try {
      if (target === undefined) throw new Error('That is no host.');
      const host = target.hostname.replace(/^\[|\]$/g, '');
      const upstream = connect({ host, port: Number(target.port || 443), ...this.#confine(target.hostname) });
      upstream.once('error', fail).once('connect', () => {
        upstream.off('error', fail).on('error', () => undefined);
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        pipeline(socket, upstream, socket, () => undefined);
      });
      socket.once('close', () => upstream.destroy());
    } catch (error) {
      fail(error);
    }
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const expected = Buffer.from(`framewire:${this.#password}`).toString('base64');
    return headers['proxy-authorization'] === `Basic ${expected}`;
  }

  /** @throws LocalAddressError */
  #confine(hostname: string) {
    return hostname === this.#confinement.localHost ? {} : confine(hostname);
  }

  #fail(response: ServerResponse, error: unknown, url: string): void {
    this.#warnOf(error, url);
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  }

  /** Once: FFmpeg asks for what it does not get many times a second. */
  #warnOf(error: unknown, url: string): void {
    if (this.#hasWarned || !(error instanceof LocalAddressError)) return;
    this.#hasWarned = true;
    const { what, warn } = this.#confinement;
    const where = `${shownUrl(url)} (${error.address})`;
    warn(`${what} leads on to ${where}, which is this machine or its own link: that is not opened.`);
  }
}

function headersFor({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!OWN_HEADERS.includes(name.toLowerCase())) headers[name] = rawHeaders[i + 1] ?? '';
  }
  return headers;
}
