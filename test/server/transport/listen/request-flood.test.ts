import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { BoundedRequest, hasBody } from '../../../../server/src/transport/listen/request-flood.js';
import { eventually } from '../../../support/eventually.js';
import { RawClient } from '../raw-client.js';

const HOST = 'Host: localhost';

describe('a flood of requests on one connection', () => {
  it.each<[string, readonly string[]]>([
    ['for a page', ['GET / HTTP/1.1', HOST, '']],
    ['that Node refuses by itself', ['GET / HTTP/1.1', '']],
    ['with bodies', ['POST / HTTP/1.1', HOST, 'Content-Length: 0', '']],
    ['that want to be told to go on', ['GET / HTTP/1.1', HOST, 'Expect: nothing', '']],
  ])('is not even parsed beyond a bound: %s', async (_, request) => {
    let parsed = 0;
    class CountedRequest extends BoundedRequest {
      constructor(socket: Socket) {
        super(socket);
        parsed += 1;
      }
    }
    const server = createServer({ IncomingMessage: CountedRequest }, (_request, response) => response.end());
    const floods: boolean[] = [];
    server.on('upgrade', (flood, socket) => {
      floods.push(flood.isFlood);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    using client = await RawClient.open(typeof address === 'object' && address !== null ? address.port : 0);
    client.say(...Array.from({ length: 20_000 }, () => request).flat());
    await client.ends();
    expect(floods).toEqual([true]);
    expect(parsed).toBe(65);
    server.close();
  });

  it('is none when as many come one after the other', async () => {
    const seen: IncomingMessage[] = [];
    const server = createServer({ IncomingMessage: BoundedRequest }, (request, response) => {
      seen.push(request);
      response.end('answer');
    });
    server.on('upgrade', (_flood, socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    using client = await RawClient.open(typeof address === 'object' && address !== null ? address.port : 0);
    for (let i = 1; i <= 100; i += 1) {
      client.say('GET / HTTP/1.1', HOST);
      await eventually(() => client.received.split('answer').length > i, `answer ${i}`);
    }
    expect(seen).toHaveLength(100);
    server.close();
  });
});

describe('a body', () => {
  it.each([
    ['POST', 'Transfer-Encoding: chunked'],
    ['GET', 'Transfer-Encoding: chunked'],
    ['PUT', 'Content-Length: 60000'],
  ])('is not even parsed: %s with %s', async (method, length) => {
    const requested = vi.fn<() => void>();
    const server = createServer({ IncomingMessage: BoundedRequest }, requested);
    const refused: [hasBody: boolean, begins: string][] = [];
    server.on('upgrade', ({ headers }, socket, head) => {
      refused.push([hasBody(headers), head.toString().slice(0, 6)]);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    using client = await RawClient.open(typeof address === 'object' && address !== null ? address.port : 0);
    client.write(`${method} / HTTP/1.1\r\n${HOST}\r\n${length}\r\n\r\n${'1\r\nx\r\n'.repeat(10_000)}`);
    await client.ends();
    expect(refused).toEqual([[true, '1\r\nx\r\n']]);
    expect(requested).not.toHaveBeenCalled();
    server.close();
  });

  it.each(['Content-Length: 0', 'Expect: 100-continue'])('that is none does not matter: %s', async header => {
    const server = createServer({ IncomingMessage: BoundedRequest }, (_request, response) => response.end('answer'));
    server.on('upgrade', (_request, socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    using client = await RawClient.open(typeof address === 'object' && address !== null ? address.port : 0);
    client.say('GET / HTTP/1.1', HOST, header);
    await client.hears('answer');
    expect(client.received).toMatch(/HTTP\/1\.1 200/);
    server.close();
  });
});
