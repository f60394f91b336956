import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventually } from '../../../support/eventually.js';
import { openEndpoint } from '../endpoint.js';
import { RawClient } from '../raw-client.js';

describe('the HTTP server', () => {
  it('keeps what went wrong inside to itself', async () => {
    await using endpoint = await openEndpoint();
    const { stream, producer } = endpoint.kit;
    producer.live();
    const answer = fetch(`http://127.0.0.1:${endpoint.port}/snapshot.png`);
    await eventually(() => stream.info.viewers === 1, 'request for a snapshot');
    // Three bytes that no decoder takes for a JPEG.
    producer.capture({ capturedAt: Number.MAX_SAFE_INTEGER });
    const response = await answer;
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: 'internal-error',
      message: 'The server failed at this request.',
      hint: '',
    });
  });

  it.each([
    ['GET', '/nothing', 404, 'not-found'],
    ['POST', '/snapshot.jpg', 405, 'method-not-allowed'],
    ['PUT', '/nothing', 405, 'method-not-allowed'],
    ['DELETE', '/', 405, 'method-not-allowed'],
    ['OPTIONS', '/api/streams', 405, 'method-not-allowed'],
    ['PROPFIND', '/', 405, 'method-not-allowed'],
    ['GET', '/%', 400, 'bad-request'],
    ['GET', '/%00', 404, 'not-found'],
    ['GET', '/%2e%2e%2fpackage.json', 404, 'not-found'],
    ['GET', '/?action=dance', 400, 'bad-request'],
    ['GET', `/snapshot.jpg?stream=${'x'.repeat(10_000)}`, 400, 'bad-request'],
    ['GET', '/snapshot.jpg?stream=gate', 404, 'unknown-stream'],
    ['GET', '/?action=stream&quality=0', 400, 'bad-request'],
  ])('refuses %s %s with %i and a sentence', async (method, path, status, code) => {
    await using endpoint = await openEndpoint();
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method });
    expect(response.status).toBe(status);
    const body = z.object({ code: z.string(), message: z.string(), hint: z.string() }).parse(await response.json());
    expect(body.code).toBe(code);
    expect(body.message).toMatch(/^(([A-Z]\w+|quality|action|stream) \w.+\.)$/);
  });

  it.each([
    ['/snapshot.jpg?stream=gate', 404],
    ['/video_feed?fps=0', 400],
  ])('refuses HEAD %s with %i alone', async (path, status) => {
    await using endpoint = await openEndpoint();
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it('says what it takes when it is sent something', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}/video_feed`;
    // A body of a kind that nobody here reads would be refused as such, if it were looked at.
    const response = await fetch(url, { method: 'POST', body: '<a/>', headers: { 'Content-Type': 'text/xml' } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.json()).toMatchObject({ message: 'POST is not supported here.' });
  });

  it.each(['/', '/framewire.js', '/api/streams', '/healthz', '/readyz'])(
    'answers HEAD %s as GET, without the body',
    async path => {
      await using endpoint = await openEndpoint();
      const url = `http://127.0.0.1:${endpoint.port}${path}`;
      const headers = { 'Accept-Encoding': 'identity' };
      const [head, get] = [await fetch(url, { method: 'HEAD', headers }), await fetch(url, { headers })];
      expect(await head.text()).toBe('');
      const length = Buffer.byteLength(await get.text());
      for (const answer of [head, get]) {
        expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(length)]);
      }
    },
  );

  it('sends a file again only when it is another', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}/framewire.js`;
    const first = await fetch(url);
    const etag = first.headers.get('ETag') ?? '';
    expect((await first.text()).length).toBeGreaterThan(10_000);
    const ask = async (tag: string) => (await fetch(url, { headers: { 'If-None-Match': tag } })).status;
    expect([await ask(etag), await ask(`"x", W/${etag}`), await ask('"x"')]).toEqual([304, 304, 200]);
  });

  it.each([
    ['br', 'gzip, deflate, br'],
    ['gzip', 'gzip'],
    [null, 'identity'],
  ])('sends a file as %s to who takes %s, and says so to caches', async (encoding, accepted) => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}/framewire.js`;
    const headers = { 'Accept-Encoding': accepted };
    const answer = await fetch(url, { headers });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    expect(await answer.text()).toContain('framewire-view');
    const tag = answer.headers.get('etag') ?? '';
    const again = await fetch(url, { headers: { ...headers, 'If-None-Match': tag } });
    expect([again.status, again.headers.get('vary')]).toEqual([304, answer.headers.get('vary')]);
    // What is stored of another encoding is another file.
    const other = await fetch(url, { headers: { 'Accept-Encoding': 'deflate', 'If-None-Match': tag } });
    expect(other.status).toBe(encoding === null ? 304 : 200);
  });

  it('lets browsers keep for good what has its content in its name, and asks for the rest each time', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}`;
    const page = await fetch(url);
    const assets = Array.from((await page.text()).matchAll(/"\.(\/assets\/[^"]+)"/g), ([, path = '']) => path);
    expect(assets.length).toBeGreaterThan(1);
    for (const path of assets) {
      const { status, headers } = await fetch(`${url}${path}`);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    for (const path of ['/', '/framewire.js', '/client.tgz'])
      expect((await fetch(`${url}${path}`)).headers.get('cache-control')).toBe('no-cache');
  });

  it('offers the package of the client as npm takes it', async () => {
    await using endpoint = await openEndpoint();
    const answer = await fetch(`http://127.0.0.1:${endpoint.port}/client.tgz`);
    expect(answer.headers.get('content-type')).toBe('application/gzip');
    expect(answer.headers.get('content-encoding')).toBeNull();
    const archive = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('latin1');
    expect(archive).toContain('package/dist/npm/client.js');
  });

  it('refuses a request with two hosts', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    client.say('GET / HTTP/1.1', 'Host: localhost', 'Host: evil.example');
    await client.ends();
    expect(client.received).toMatch(/^HTTP\/1\.1 400 [^]*more than one Host/);
  });

  it('tells what it streams to whom', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}`;
    expect(await (await fetch(`${url}/api/streams`)).json()).toMatchObject({
      server: 'framewire test',
      streams: [{ name: 'yard', source: { state: 'idle' }, viewers: 0 }],
    });
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('is ready while a camera is lost, but for those who ask for that one', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}/readyz`;
    endpoint.kit.producer.lost();
    expect((await fetch(url)).status).toBe(200);
    const one = await fetch(`${url}?stream=yard`);
    expect({ status: one.status, ...Object(await one.json()) }).toMatchObject({
      status: 503,
      code: 'source-unplugged',
      message: 'It is gone.',
    });
    expect((await fetch(`${url}?stream=other`)).status).toBe(404);
    endpoint.kit.producer.live();
    expect(await (await fetch(`${url}?stream=yard`)).json()).toEqual({ status: 'ready' });
    endpoint.broadcaster.close();
    const stopping = await fetch(url);
    expect([stopping.status, stopping.headers.get('Retry-After')]).toEqual([503, '5']);
  });

  it('answers clients that offer HTTP/2, as those of Java do: pages, and pictures without end', async () => {
    await using endpoint = await openEndpoint();
    const h2c = ['Host: localhost', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAA'];
    {
      using client = await RawClient.open(endpoint.port);
      client.say('GET /framewire.js HTTP/1.1', ...h2c);
      await client.hears('export{');
      client.say('GET /video_feed HTTP/1.1', ...h2c);
      await client.hears('--frame\r\n');
      expect(endpoint.broadcaster.viewers).toBe(1);
    }
    await eventually(() => endpoint.broadcaster.viewers === 0, 'free place');
  });

  it.each(['/', '/snapshot.jpg', '/video_feed', '/api/streams', '/framewire.js', '/nothing'])(
    'does not answer %s by the name of another site, whose page would read it',
    async path => {
      await using endpoint = await openEndpoint();
      using client = await RawClient.open(endpoint.port);
      client.say(`GET ${path} HTTP/1.1`, `Host: elsewhere.example:${endpoint.port}`, 'Connection: close');
      await client.ends();
      expect(client.received).toMatch(/^HTTP\/1\.1 403 /);
      expect(JSON.parse(client.received.split('\r\n\r\n')[1] ?? '')).toEqual({
        code: 'host-refused',
        message: `This server is for this machine only, and "elsewhere.example:${endpoint.port}" is not one of its names.`,
        hint: `Open http://localhost:${endpoint.port}/`,
      });
      expect(endpoint.told).toEqual([
        expect.stringContaining(`--allow-origin http://elsewhere.example:${endpoint.port} `),
      ]);
      expect(endpoint.broadcaster.viewers).toBe(0);
    },
  );

  it('says at /ws that a WebSocket is served there, and to pages of other sites that they may not have it', async () => {
    await using endpoint = await openEndpoint();
    const url = `http://127.0.0.1:${endpoint.port}/ws`;
    const plain = await fetch(url);
    expect([plain.status, plain.headers.get('upgrade'), plain.headers.get('connection')]).toEqual([
      426,
      'websocket',
      'Upgrade',
    ]);
    expect(await plain.text()).toMatch(/"code":"upgrade-required".*proxy/);
    // Whatever site the page is of: no WebSocket of it has come through.
    expect((await fetch(`${url}?origin=http://cam.example`)).status).toBe(426);
    expect(endpoint.told).toEqual([]);
  });

  it('says at /ws to pages whose WebSocket was refused why: browsers do not tell them', async () => {
    await using endpoint = await openEndpoint();
    using client = await RawClient.open(endpoint.port);
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
    client.say('GET /ws HTTP/1.1', 'Host: localhost', 'Origin: http://cam.example', ...upgrade);
    await client.ends();
    // As a page asks whose proxy has changed Host: its browser sends no Origin along to what is its own server.
    const answer = await fetch(`http://127.0.0.1:${endpoint.port}/ws?origin=http://cam.example`);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, '*']);
    expect(await answer.text()).toMatch(/"code":"origin-refused".*cam\.example/);
    expect(endpoint.told).toHaveLength(1);
  });

  describe('that allows a site', () => {
    const SITE = 'https://site.example';

    it.each([
      '/api/streams',
      '/video_feed',
      '/?action=stream_0',
      '/snapshot.jpg?stream=nowhere',
      '/?action=snapshot_7',
    ])('lets its pages read %s, refusals too, and those of no other', async path => {
      await using endpoint = await openEndpoint(100, ['https://other.example', SITE]);
      const head = async (headers: Record<string, string>) => {
        const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method: 'HEAD', headers });
        return ['access-control-allow-origin', 'vary'].map(name => response.headers.get(name));
      };
      expect(await head({ Origin: SITE })).toEqual([SITE, 'Origin']);
      expect(await head({ Origin: 'https://elsewhere.example' })).toEqual([null, 'Origin']);
      expect(await head({})).toEqual([null, 'Origin']);
    });

    it('lets no page read anything where none is allowed, and all of them where all are', async () => {
      const allowed = async (origins: string[]) => {
        await using endpoint = await openEndpoint(100, origins);
        const url = `http://127.0.0.1:${endpoint.port}/api/streams`;
        return (await fetch(url, { headers: { Origin: 'null' } })).headers.get('access-control-allow-origin');
      };
      expect(await allowed([])).toBeNull();
      expect(await allowed(['*'])).toBe('null');
    });

    it.each([
      [[], "frame-ancestors 'self'", 'SAMEORIGIN'],
      [[SITE], `frame-ancestors 'self' ${SITE}`, null],
      [['*'], undefined, null],
    ])('may show what it serves in a frame: %j', async (origins, policy, frameOptions) => {
      await using endpoint = await openEndpoint(100, origins);
      const { headers } = await fetch(`http://127.0.0.1:${endpoint.port}/video_feed`, { method: 'HEAD' });
      const directives = headers.get('content-security-policy')?.split(';');
      expect(directives?.find(directive => directive.startsWith('frame-ancestors'))).toBe(policy);
      expect(headers.get('x-frame-options')).toBe(frameOptions);
    });
  });

  it.each([
    ['/?action=stream_0', 200],
    ['/?action=stream_0&stream=nowhere', 200],
    ['/?action=stream_1', 404],
    ['/?action=snapshot_1', 404],
    ['/?action=stream_', 400],
    ['/?action=stream_one', 400],
    ['/?action=stream_0&action=stream_1', 400],
  ])('answers HEAD %s, as mjpg-streamer numbers its inputs, with %i', async (path, status) => {
    await using endpoint = await openEndpoint();
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method: 'HEAD' });
    expect(response.status).toBe(status);
  });

  it('answers by the name of a site that is allowed, as a proxy passes it on', async () => {
    await using endpoint = await openEndpoint(1, ['https://cam.example']);
    using client = await RawClient.open(endpoint.port);
    client.say('GET /healthz HTTP/1.1', 'Host: cam.example');
    await client.hears('"status"');
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
  });
});
