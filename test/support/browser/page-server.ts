import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const script = new URL('../../../client/dist/browser/framewire.js', import.meta.url);

/** A web site that is no Framewire server: one page at `/`, and the built script beside it. */
export interface PageServer extends AsyncDisposable {
  /** Its origin, without a last slash. */
  readonly url: string;
  /** What the page has sent by POST to `/report`, oldest first: for browsers that no driver asks. */
  readonly reports: readonly string[];
}

/**
 * @param html of the page; asked for at each request, so that it can name what is not known yet
 * @param headers of the page, as a Content-Security-Policy
 */
export async function servePage(html: () => string, headers: Record<string, string> = {}): Promise<PageServer> {
  const framewire = await readFile(script);
  const reports: string[] = [];
  const server = createServer((request, response) => {
    const { url } = request;
    if (url === '/report') {
      // A browser that is ended in the middle of one has reported nothing.
      text(request).then(
        report => {
          reports.push(report);
          response.writeHead(204).end();
        },
        () => undefined,
      );
    } else if (url === '/framewire.js') response.setHeader('content-type', 'text/javascript').end(framewire);
    else if (url === '/') response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(html());
    else response.writeHead(204).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The page is served on no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    reports,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
