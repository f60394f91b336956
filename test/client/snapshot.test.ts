import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { snapshot } from '../../client/src/snapshot.js';

/** A server that answers everything alike. */
async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string; asked: readonly string[] }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.url ?? '');
    listener(request, response);
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${z.object({ port: z.int() }).parse(http.address()).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise(resolve => http.close(resolve));
    },
  };
}

describe('snapshot', () => {
  it('brings a picture of the kind and size asked for', async () => {
    await using server = await serve((_, response) => response.setHeader('content-type', 'image/png').end('bytes'));
    const picture = await snapshot(`${server.url}/cam/`, {
      stream: 'the gate',
      format: 'png',
      maxWidth: 640,
      quality: 50,
    });
    expect([picture.type, await picture.text()]).toEqual(['image/png', 'bytes']);
    await snapshot(server.url.replace('http://', ''));
    expect(server.asked).toEqual(['/cam/snapshot.png?stream=the+gate&quality=50&width=640', '/snapshot.jpg']);
  });

  it('rejects with what the server says', async () => {
    const refusal = { code: 'unknown-stream', message: 'There is no stream x.', hint: 'There are: gate.' };
    await using server = await serve((_, response) => response.writeHead(404).end(JSON.stringify(refusal)));
    await expect(snapshot(server.url, { stream: 'x' })).rejects.toMatchObject({
      name: 'FramewireClientError',
      code: 'unknown-stream',
      message: 'There is no stream x. There are: gate.',
    });
  });

  it('rejects when nobody answers, or the address is none', async () => {
    const gone = await serve((_, response) => response.end());
    await gone[Symbol.asyncDispose]();
    await expect(snapshot(gone.url)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(snapshot('ftp://host')).rejects.toMatchObject({ code: 'bad-address' });
  });

  it('is given up when its signal says so', async () => {
    await using server = await serve(() => {});
    const given = snapshot(server.url, { signal: AbortSignal.timeout(50) });
    await expect(given).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
