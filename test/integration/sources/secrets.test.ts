import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStreamList } from '@framewire/shared/control';
import { eventually } from '../../support/eventually.js';
import { missing } from '../../support/requires.js';
import { EarlyExit, startServer, type Server } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';

/** Stands in every place of a URL that is nobody's business. */
const SECRET = 'hunter2';

const QUERY = `user=${SECRET}&pwd=${SECRET}`;

/** What a camera may answer, by path. Each quotes a URL with a secret, or makes a library do so. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  '/denied': response => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(),
  '/gone': response => response.writeHead(404).end(),
  '/text': response => response.end(`No video, ${SECRET}.`),
  '/elsewhere': response =>
    response.writeHead(302, { Location: `rtsp://me:${SECRET}@gate.invalid/live?${QUERY}` }).end(),
  '/round': response => response.writeHead(302, { Location: `/round?${QUERY}` }).end(),
  // A list of segments, each with a token of its own as clouds give them out, and none there.
  '/live.m3u8': response =>
    response
      .setHeader('Content-Type', 'application/vnd.apple.mpegurl')
      .end(
        [
          '#EXTM3U',
          '#EXT-X-TARGETDURATION:1',
          '#EXTINF:1,',
          `gone?token=${SECRET}`,
          '#EXTINF:1,',
          `http://me:${SECRET}@127.0.0.1:9/b.ts?sig=${SECRET}`,
        ].join('\n'),
      ),
};

describe('the secrets of a camera’s URL', () => {
  const camera = createServer((request: IncomingMessage, response: ServerResponse) => {
    const answer = ANSWERS[new URL(request.url ?? '/', 'http://camera').pathname];
    if (answer !== undefined) answer(response);
    else void picture.then(jpeg => response.setHeader('Content-Type', 'image/jpeg').end(jpeg));
  });
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  let server: Server;
  const hasOpenCv = missing('npm run setup:opencv') === undefined;

  beforeAll(async () => {
    camera.listen(0, '127.0.0.1');
    await once(camera, 'listening');
    const address = camera.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const urls = Object.keys(ANSWERS).map(path => `http://me:${SECRET}@127.0.0.1:${port}${path}?${QUERY}`);
    const sources = [
      `http://me:${SECRET}@127.0.0.1:${port}/snapshot.jpg?${QUERY}`,
      ...urls,
      `rtsp://me:${SECRET}@127.0.0.1:9/user=me&password=${SECRET}&channel=1?${QUERY}`,
      ...(hasOpenCv ? [`opencv:${urls.at(-1)}`, `opencv:rtsp://me:${SECRET}@127.0.0.1:9/live?${QUERY}`] : []),
    ];
    server = await startServer(
      sources.flatMap(source => ['--source', source]),
      { env: { OPENCV_FFMPEG_DEBUG: '1', OPENCV_LOG_LEVEL: 'DEBUG' } },
    );
  });

  afterAll(async () => {
    await server.stop();
    camera.close();
  });

  it('are in nothing that viewers, programs or the operator get', { timeout: 120_000 }, async () => {
    const list = await eventually(
      async () => {
        const text = await (await fetch(`${server.url}/api/streams`)).text();
        const parsed = parseStreamList(text);
        const streams = parsed.ok ? parsed.message.streams : [];
        return streams.length > 0 && streams.every(({ source }) => source.state === 'live' || source.state === 'lost')
          ? { text, streams }
          : undefined;
      },
      'all sources opened or lost',
      60_000,
    );
    const said = [list.text];
    for (const { name } of list.streams) {
      await using viewer = await Viewer.open(server.url, { subscribe: { stream: name } });
      await viewer.message('source');
      said.push(JSON.stringify(viewer.messages));
      const snapshot = await fetch(`${server.url}/snapshot.jpg?stream=${name}`);
      said.push(JSON.stringify([...snapshot.headers]), Buffer.from(await snapshot.arrayBuffer()).toString('latin1'));
    }
    said.push(server.output());
    // The cameras are named, so nothing was left out altogether.
    expect(said.join('\n')).toContain('127.0.0.1:9/');
    expect(said.filter(text => text.includes(SECRET))).toEqual([]);
  });

  it.each([
    ['an option with a typing error', [`--sauce=rtsp://me:${SECRET}@gate.lan/?${QUERY}`]],
    ['no option in front', [`rtsp://me:${SECRET}@gate.lan/?${QUERY}`]],
    ['a password that is not encoded', ['--source', `rtsp://me:a/${SECRET}@gate.lan/live`]],
    ['no scheme', ['--source', `me:${SECRET}@gate.lan/live`]],
    ['half a scheme', ['--source', `http:/me:${SECRET}@gate.lan/live?${QUERY}`]],
    ['another scheme', ['--source', `rtmp://me:${SECRET}@gate.lan/live?${QUERY}`]],
  ])('are not printed when there is %s', async (_, args) => {
    const failed = await startServer(args).then(
      started => started.stop().then(() => 'It started.'),
      (error: unknown) => (error instanceof EarlyExit ? error.output : String(error)),
    );
    expect(failed).toMatch(/\[[a-z-]+\]\n$/);
    expect(failed).not.toContain(SECRET);
  });
});
