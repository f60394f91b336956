import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { StreamList } from '@framewire/shared/control';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FramewireError } from '../../errors.js';
import { chooseEncoding, ENCODINGS, type Encoding } from './content-encoding.js';
import { withStreamList, withTrustLink } from './dashboard-page.js';
import { CLIENT_FOLDER, PROGRAM } from '../../package.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.tgz': 'application/gzip',
};

/** What the build has put beside a file. */
const SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

/** Vite puts a hash of its content into the name of everything there. */
const HASHED = '/assets/';

/** Says why nobody is let in without a token, and takes one. */
export const SIGN_IN_PAGE = '/sign-in.html';

interface ClientFile {
  readonly type: string;
  readonly cacheControl: string;
  /** Of the file as it is; each encoding has its own, RFC 9110 section 8.8.3.3. */
  readonly hash: string;
  readonly bytes: Buffer;
  readonly encoded: ReadonlyMap<Encoding, Buffer>;
}

/**
 * What is there to be loaded: the dashboard, the module for pages of others, the package for Node and bundlers. 700 kB,
 * read once: an answer that is waited for holds no file open then, and pages come up also while the server can open none.
 */
export class ClientFiles {
  readonly #files = new Map<string, ClientFile>();
  readonly #hasTrustPage: boolean;

  /** @param hasTrustPage whether devices have to learn to trust this server's certificate, and `/trust` says how */
  constructor(hasTrustPage: boolean) {
    this.#hasTrustPage = hasTrustPage;
    for (const name of readdirSync(path.join(CLIENT_FOLDER, 'dashboard'), { recursive: true, encoding: 'utf8' })) {
      if (path.extname(name) in TYPES) this.#add(`/${name.replaceAll(path.sep, '/')}`, `dashboard/${name}`);
    }
    this.#add('/framewire.js', 'browser/framewire.js');
    this.#add('/client.tgz', 'client.tgz');
  }

  /** Paths from the root of the server. */
  get paths(): string[] {
    return [...this.#files.keys()];
  }

  /** The dashboard's page with the streams of this moment in it. */
  sendPage(reply: FastifyReply, list: StreamList): FastifyReply {
    return reply
      .header('Cache-Control', 'no-cache')
      .type(TYPES['.html'] ?? '')
      .send(withStreamList(this.page('/index.html'), list));
  }

  /** The HTML of a page, to be filled in for one visitor. @param url one of `paths`. */
  page(url: string): string {
    const html = this.#file(url).bytes.toString();
    return this.#hasTrustPage ? withTrustLink(html) : html;
  }

  /** @param url one of `paths`. */
  send({ headers }: FastifyRequest, reply: FastifyReply, url: string): FastifyReply {
    const file = this.#file(url);
    const encoding = chooseEncoding(headers['accept-encoding'], [...file.encoded.keys()]);
    const etag = `"${file.hash}${encoding === undefined ? '' : `-${encoding}`}"`;
    reply.header('Cache-Control', file.cacheControl).header('ETag', etag);
    if (file.encoded.size > 0) reply.header('Vary', 'Accept-Encoding');
    const known = headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''));
    if (known?.includes(etag) === true) return reply.status(304).send();
    if (encoding !== undefined) reply.header('Content-Encoding', encoding);
    const encoded = encoding === undefined ? undefined : file.encoded.get(encoding);
    return reply.type(file.type).send(encoded ?? file.bytes);
  }

  #file(url: string): ClientFile {
    const file = this.#files.get(url);
    if (file !== undefined) return file;
    throw new FramewireError('not-found', 'The dashboard was not built.', `Start with ${PROGRAM}.`);
  }

  #add(url: string, name: string): void {
    const file = path.join(CLIENT_FOLDER, name);
    const bytes = readFileSync(file);
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    const beside = ENCODINGS.filter(encoding => existsSync(file + SUFFIXES[encoding]));
    const encoded = new Map(beside.map(encoding => [encoding, readFileSync(file + SUFFIXES[encoding])]));
    // "no-cache": kept, and asked for before each use (RFC 9111 5.2.2.4), since a new version has the same address.
    const cacheControl = url.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache';
    this.#files.set(url, { bytes, type: TYPES[path.extname(name)] ?? '', cacheControl, hash, encoded });
  }
}
