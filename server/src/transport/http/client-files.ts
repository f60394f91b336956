import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FramewireError } from '../../errors.js';

const CLIENT_DIST = fileURLToPath(new URL('../../../../client/dist/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface ClientFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

/**
 * What browsers load: the dashboard, and the module for pages of others. 350 kB, read once: an answer that is waited for
 * holds no file open then, and pages come up also while the server can open none.
 */
export class ClientFiles {
  readonly #files = new Map<string, ClientFile>();

  constructor() {
    for (const name of readdirSync(`${CLIENT_DIST}dashboard`, { recursive: true, encoding: 'utf8' })) {
      if (path.extname(name) in TYPES) this.#add(`/${name.replaceAll(path.sep, '/')}`, `dashboard/${name}`);
    }
    this.#add('/framewire.js', 'browser/framewire.js');
  }

  /** Paths from the root of the server. */
  get paths(): string[] {
    return [...this.#files.keys()];
  }

  /** @param url one of `paths`. */
  send(request: FastifyRequest, reply: FastifyReply, url: string): FastifyReply {
    const file = this.#files.get(url);
    if (file === undefined)
      throw new FramewireError('not-found', 'The dashboard was not built.', 'Start with npm start.');
    // "no-cache": kept, and asked for before each use (RFC 9111 5.2.2.4), since a new version has the same address.
    reply.header('Cache-Control', 'no-cache').header('ETag', file.etag);
    const known = request.headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''));
    if (known?.includes(file.etag) === true) return reply.status(304).send();
    return reply.type(file.type).send(file.bytes);
  }

  #add(url: string, file: string): void {
    const bytes = readFileSync(`${CLIENT_DIST}${file}`);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    this.#files.set(url, { bytes, type: TYPES[path.extname(file)] ?? '', etag });
  }
}
