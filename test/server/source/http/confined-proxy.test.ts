import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfinedProxy } from '../../../../server/src/source/http/confined-proxy.js';
import { openSource } from '../../../../server/src/source/open-source.js';
import { RawCamera, type Answering } from '../../../support/camera/raw-camera.js';
import { VideoFolder, moving } from '../../../support/camera/video-file.js';
import { eventually } from '../../../support/eventually.js';
import { missing } from '../../../support/requires.js';
import { TestHost } from '../../../support/source.js';

const found = (body: string | Buffer, type = 'text/plain') =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`),
    Buffer.from(body),
  ]);

/** Another one on this machine, which nobody has named. */
const OTHER = '127.0.0.2';

describe('the proxy for FFmpeg', () => {
  const warnings: string[] = [];
  let camera: RawCamera;
  let proxy: ConfinedProxy;
  beforeAll(async () => {
    camera = await RawCamera.open(socket => socket.write(found('hello')));
    const warn = (message: string) => void warnings.push(message);
    proxy = await ConfinedProxy.open({ what: 'http://camera/list', localHost: '127.0.0.1', warn });
  });
  afterAll(async () => {
    proxy.close();
    await camera[Symbol.asyncDispose]();
  });

  const authorization = () => {
    const { username, password } = new URL(proxy.url);
    return { 'Proxy-Authorization': `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  };

  const get = (url: string, headers: Record<string, string> = authorization()) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const { hostname, port } = new URL(proxy.url);
      request({ hostname, port, path: url, headers }, response => {
        text(response).then(body => resolve({ status: response.statusCode, body }), reject);
      })
        .once('error', reject)
        .end();
    });

  const tunnel = (target: string, headers: Record<string, string> = authorization()) =>
    new Promise<{ status: number | undefined; socket: Duplex }>((resolve, reject) => {
      const { hostname, port } = new URL(proxy.url);
      request({ method: 'CONNECT', hostname, port, path: target, headers })
        .once('error', reject)
        .once('connect', ({ statusCode }, socket) => resolve({ status: statusCode, socket }))
        .end();
    });

  it('passes requests on as they are, without its own password', async () => {
    expect(await get(camera.url, { ...authorization(), Range: 'bytes=0-', 'X-Odd-Case': 'Yes' })).toEqual({
      status: 200,
      body: 'hello',
    });
    const [line, ...headers] = camera.requests.at(-1)?.split('\r\n') ?? [];
    expect(line).toBe('GET /video HTTP/1.1');
    expect(headers).toContain('X-Odd-Case: Yes');
    expect(headers.join().toLowerCase()).not.toContain('proxy');
  });

  it('serves nobody who has not its password', async () => {
    const before = camera.requests.length;
    expect((await get(camera.url, {})).status).toBe(407);
    expect((await tunnel(`127.0.0.1:${camera.port}`, { 'Proxy-Authorization': 'Basic eDp5' })).status).toBe(407);
    expect(camera.requests.length).toBe(before);
  });

  it.each([OTHER, 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '169.254.169.254', '[fe80::1]'])(
    'leads nowhere on this machine or its link but where the source is: not to %s',
    async host => {
      const before = camera.requests.length;
      expect((await get(`http://${host}:${camera.port}/`)).status).toBe(502);
      expect((await tunnel(`${host}:${camera.port}`)).status).toBe(502);
      expect(camera.requests.length).toBe(before);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^http:\/\/camera\/list leads on to http:\/\/127\.0\.0\.2:.* is not opened\.$/);
    },
  );

  it('lets HTTPS through', async () => {
    const { status, socket } = await tunnel(`127.0.0.1:${camera.port}`);
    expect(status).toBe(200);
    socket.write('GET /inside HTTP/1.1\r\n\r\n');
    let answer = '';
    socket.on('data', chunk => (answer += String(chunk)));
    await eventually(() => answer.includes('hello'), 'answer through the tunnel');
    socket.destroy();
  });

  it('tells what is no server from what is no request', async () => {
    expect((await get('/video')).status).toBe(400);
    expect((await get('http://127.0.0.1:1/')).status).toBe(502);
    expect((await tunnel('127.0.0.1:1')).status).toBe(502);
  });

  it('ends what it carries when it is closed', async () => {
    const other = await ConfinedProxy.open({ what: '', localHost: '127.0.0.1', warn: () => undefined });
    const { hostname, port } = new URL(other.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    other.close();
    await once(socket, 'close');
    await expect(once(connect(Number(port), hostname), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});

const lacks = missing('ffmpeg');

describe.skipIf(lacks !== undefined)(`a list of segments (${lacks ?? 'with ffmpeg'})`, () => {
  let folder: VideoFolder;
  beforeAll(() => {
    folder = new VideoFolder();
    const lists = ['-c:v', 'libx264', '-g', '5', '-f', 'hls', '-hls_time', '0.2', '-hls_list_size', '0'];
    folder.make('list.m3u8', ...moving(25), ...lists);
  });
  afterAll(() => folder[Symbol.dispose]());

  /** Serves the folder; the first segment is elsewhere. */
  const leadingTo =
    (location: string): Answering =>
    (socket, asked) => {
      const name = /^GET \/(\S*)/.exec(asked)?.[1] ?? '';
      if (name === 'list0.ts') socket.write(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
      else if (name.endsWith('m3u8')) socket.write(found(readFileSync(join(folder.path, name)), 'video/x-mpegurl'));
      else socket.write(found(readFileSync(join(folder.path, name.replace('there', 'list0'))), 'video/mp2t'));
    };

  it('may lead on within its host', async () => {
    await using camera = await RawCamera.open(leadingTo('/there.ts'));
    const source = await openSource(
      { kind: 'url', url: `http://127.0.0.1:${camera.port}/list.m3u8`, capture: 'ffmpeg' },
      new TestHost(),
    );
    for (let i = 0; i < 25; i += 1) (await source.read()).free();
    await source.close();
    expect(camera.requests.some(line => line.startsWith('GET /there.ts'))).toBe(true);
  });

  it('does not lead FFmpeg to others on this machine, and the log says so', async () => {
    const reached: string[] = [];
    await using other = await RawCamera.open((socket, line) => {
      reached.push(line);
      socket.end();
    }, OTHER);
    await using camera = await RawCamera.open(leadingTo(`http://${OTHER}:${other.port}/there.ts`));
    const host = new TestHost();
    const url = `http://127.0.0.1:${camera.port}/list.m3u8`;
    process.env['no_proxy'] = `localhost,127.0.0.0/8,${OTHER}`;
    const source = await openSource({ kind: 'url', url, capture: 'ffmpeg' }, host);
    for (let i = 0; i < 10; i += 1) (await source.read()).free();
    await source.close();
    expect(reached).toEqual([]);
    expect(host.warnings[0]).toBe(
      `${url} leads on to http://${OTHER}:${other.port}/there.ts (${OTHER}), which is this machine or its own link: that is not opened.`,
    );
  });
});
