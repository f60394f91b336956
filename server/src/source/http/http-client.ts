import { Agent as HttpAgent, get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, get as getHttps } from 'node:https';
import { connect } from 'node:net';
import { Duplex, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { FramewireError } from '../../errors.js';
import { shownUrl } from '../../ops/url-secrets.js';
import { authorize, readChallenge, type Challenge, type Credentials } from './authorization.js';
import { HeadMender } from './head-mender.js';
import { connectionFailure, statusFailure } from './http-failure.js';
import { confine, isLocalAddress, LocalAddressError } from './local-address.js';

/** A camera that has not begun to answer by then is silent, ms. */
const ANSWER_MS = 10_000;

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

const LONGEST_HEAD = 64 * 1024;

export interface HttpAnswer {
  /** Where it came from in the end, with the user and password that are meant for that host. */
  readonly url: string;
  /** In lower case, without parameters; empty where there is none. */
  readonly type: string;
  /** Of a multipart type. */
  readonly boundary: string | undefined;
  /** From this machine or its own link. */
  readonly isLocal: boolean;
  /** It says how long it is, so it will end. */
  readonly hasLength: boolean;
  /** Unpacked. To be read or destroyed. */
  readonly body: Readable;
}

interface Attempt {
  readonly url: URL;
  readonly authorization: string | undefined;
  /** Loopback and link-local addresses are refused. */
  readonly isConfined: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks one URL as often as wanted, over one connection where the camera lets it: follows redirects and answers
 * Basic and Digest challenges. As lenient as browsers are with what comes. Certificates are not checked, since
 * cameras sign their own.
 */
export class HttpClient {
  readonly #what: string;
  readonly #url: URL;
  readonly #credentials: Credentials | undefined;
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false }),
  };
  #challenge: Challenge | undefined;
  #challengeUses = 0;
  /** The user's own URL leads to this machine or its link. */
  #isUrlLocal = false;
  #isHeadMended = false;

  /** @param what names the URL in sentences, without its secrets. */
  constructor(url: string, what: string) {
    this.#what = what;
    this.#url = new URL(url);
    const { username, password } = this.#url;
    if (username !== '' || password !== '') this.#credentials = { user: decode(username), password: decode(password) };
    this.#url.username = this.#url.password = '';
  }

  /** @throws FramewireError of a `source-` code; after an abort, too. */
  async get(signal: AbortSignal): Promise<HttpAnswer> {
    let url = this.#url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const response = await this.#authorized(url, signal);
      const { statusCode = 0, headers } = response;
      if (!REDIRECTS.includes(statusCode) || headers.location === undefined) return this.#answer(response, url);
      response.destroy();
      url = this.#redirect(headers.location, url);
    }
    throw new FramewireError(
      'source-unreachable',
      `${this.#what} is redirected again and again.`,
      'Check the address.',
    );
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #redirect(location: string, from: URL): URL {
    const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (to?.protocol === 'http:' || to?.protocol === 'https:') return to;
    const where = to === undefined ? 'nowhere' : shownUrl(to.href);
    throw new FramewireError('source-not-understood', `${this.#what} redirects to ${where}.`, 'Use that as --source.');
  }

  /** The password goes to the host of the user's URL only. */
  #credentialsFor(url: URL): Credentials | undefined {
    return url.hostname === this.#url.hostname ? this.#credentials : undefined;
  }

  async #authorized(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const first = await this.#lenient(url, signal);
    const credentials = this.#credentialsFor(url);
    if (first.statusCode !== 401 || credentials === undefined) return first;
    const challenge = readChallenge(first.headersDistinct['www-authenticate'] ?? []);
    if (challenge === undefined) return first;
    first.destroy();
    this.#challenge = challenge;
    this.#challengeUses = 0;
    return this.#lenient(url, signal);
  }

  #authorizationFor(url: URL): string | undefined {
    const credentials = this.#credentialsFor(url);
    if (credentials === undefined || this.#challenge === undefined) return undefined;
    this.#challengeUses += 1;
    return authorize(this.#challenge, credentials, { uri: url.pathname + url.search, count: this.#challengeUses });
  }

  /** What Node's parser refuses is asked for again, and its head mended; a connection that was kept may be gone. */
  async #lenient(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const isOwn = url.hostname === this.#url.hostname;
    for (let attempts = 0; ; attempts += 1) {
      const isConfined = url !== this.#url && !(isOwn && this.#isUrlLocal);
      try {
        const authorization = this.#authorizationFor(url);
        const response = await this.#request({ url, authorization, isConfined, signal });
        if (url === this.#url) this.#isUrlLocal = isFromLocal(response);
        return response;
      } catch (error) {
        if (error instanceof LocalAddressError) throw this.#refuseLocal(error.address);
        const isUnparsed = isParseError(error) && url.protocol === 'http:' && !this.#isHeadMended;
        if (attempts < 2 && isUnparsed) this.#isHeadMended = true;
        else if (attempts > 0 || !wasKept(error)) throw connectionFailure(this.#what, error);
      }
    }
  }

  async #request({ url, authorization, isConfined, signal }: Attempt): Promise<IncomingMessage> {
    const options: RequestOptions = {
      headers: { 'User-Agent': 'framewire', Accept: '*/*', ...(authorization && { Authorization: authorization }) },
      insecureHTTPParser: true,
      maxHeaderSize: LONGEST_HEAD,
      signal,
      ...this.#connection(url),
      ...(isConfined ? confine(url.hostname) : {}),
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? getHttps : getHttp)(url, options, resolve);
      const timer = setTimeout(() => {
        request.destroy(
          new FramewireError(
            'source-unreachable',
            `${this.#what} does not answer.`,
            'Check the address, and that it is on.',
          ),
        );
      }, ANSWER_MS);
      request
        .once('error', error => reject(Object.assign(error, { wasKept: request.reusedSocket })))
        .once('close', () => clearTimeout(timer))
        .once('response', () => clearTimeout(timer));
    });
  }

  #connection(url: URL): RequestOptions {
    if (!this.#isHeadMended || url.protocol !== 'http:') {
      return { agent: url.protocol === 'https:' ? this.#agents['https:'] : this.#agents['http:'] };
    }
    return {
      createConnection: (options, onCreated) => {
        const socket = connect({
          host: options.host ?? url.hostname,
          port: Number(options.port ?? 80),
          ...(options.lookup && { lookup: options.lookup }),
        });
        const mender = new HeadMender();
        const duplex = Duplex.from({ readable: mender, writable: socket });
        duplex.once('close', () => socket.destroy());
        pipeline(socket, mender, () => undefined);
        socket.once('connect', () => onCreated(null, Object.assign(duplex, { remoteAddress: socket.remoteAddress })));
        socket.once('error', error => onCreated(error, duplex));
        return undefined;
      },
    };
  }

  #refuseLocal(address: string): FramewireError {
    const sentence = `${this.#what} redirects to ${address}, which is this machine or its own link: that is not followed.`;
    return new FramewireError('source-denied', sentence, 'If that is where the pictures are, name it as --source.');
  }

  #answer(response: IncomingMessage, url: URL): HttpAnswer {
    const { statusCode = 0, statusMessage = '', headers } = response;
    const credentials = this.#credentialsFor(url);
    if (statusCode < 200 || statusCode > 299) {
      response.destroy();
      throw statusFailure(this.#what, {
        status: statusCode,
        words: statusMessage,
        hasPassword: credentials !== undefined,
      });
    }
    const contentType = headers['content-type'] ?? '';
    const boundary = /boundary *= *(?:"([^"]*)"|([^;]*))/i.exec(contentType);
    const withSecrets = new URL(url);
    if (credentials !== undefined) {
      withSecrets.username = this.#credentialsText().username;
      withSecrets.password = this.#credentialsText().password;
    }
    return {
      url: withSecrets.href,
      type: (contentType.split(';')[0] ?? '').trim().toLowerCase(),
      boundary: boundary?.[1] ?? boundary?.[2],
      isLocal: isFromLocal(response),
      hasLength: headers['content-length'] !== undefined,
      body: unpack(response),
    };
  }

  #credentialsText(): { username: string; password: string } {
    const { user = '', password = '' } = this.#credentials ?? {};
    return { username: encodeURIComponent(user), password: encodeURIComponent(password) };
  }
}

function isFromLocal({ socket }: IncomingMessage): boolean {
  return isLocalAddress(socket.remoteAddress ?? '');
}

function unpack(response: IncomingMessage): Readable {
  const packing = (response.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (packing === 'br') return pipeline(response, createBrotliDecompress(), () => undefined);
  if (!/^(x-)?gzip$|^deflate$/.test(packing)) return response;
  return pipeline(response, createUnzip(), () => undefined);
}

/** A `%` that encodes nothing stands for itself: passwords are typed by hand. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, encoded => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('latin1');
    }
  });
}

function isParseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('HPE_');
}

function wasKept(error: unknown): boolean {
  return error instanceof Error && 'wasKept' in error && error.wasKept === true;
}
