import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { m3u8: 'application/vnd.apple.mpegurl', ts: 'video/mp2t' };

/** Serves the files of a folder whole: it knows nothing of parts of them, as the simplest servers do. */
export class FileServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #port: number;

  /** @param from files are served from this byte on, as by a camera that is joined wherever it is. */
  static async open(folder: string, from = 0): Promise<FileServer> {
    const server = createServer((request, response) => {
      const name = basename(request.url ?? '');
      try {
        const file = readFileSync(join(folder, name)).subarray(from);
        const headers = { 'Content-Type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream' };
        // What is joined in the middle has no length, and goes on.
        if (from > 0) response.writeHead(200, headers).write(file);
        else response.writeHead(200, { ...headers, 'Content-Length': file.length }).end(file);
      } catch {
        response.writeHead(404).end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return new FileServer(server, address.port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  urlOf(name: string): string {
    return `http://127.0.0.1:${this.#port}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
