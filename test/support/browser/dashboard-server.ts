import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { ScriptedServer, STREAMS } from '../server/scripted-server.js';

const ROOT = new URL('../../../client/dist/dashboard/', import.meta.url);
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The built dashboard in front of a server that says what a test tells it to. Its streams are `STREAMS`. */
export interface DashboardServer extends AsyncDisposable {
  /** Its origin, without a last slash. */
  readonly url: string;
  readonly scripted: ScriptedServer;
}

export async function serveDashboard(): Promise<DashboardServer> {
  const http = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://dashboard');
    if (pathname === '/api/streams') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ server: 'framewire scripted', streams: STREAMS }));
      return;
    }
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    readFile(new URL(file, ROOT)).then(
      bytes => {
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream').end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  const opened = ScriptedServer.open({ http });
  http.listen(0, '127.0.0.1');
  const scripted = await opened;
  return {
    url: scripted.url,
    scripted,
    async [Symbol.asyncDispose]() {
      await scripted[Symbol.asyncDispose]();
      http.closeAllConnections();
      await new Promise(resolve => http.close(resolve));
    },
  };
}
