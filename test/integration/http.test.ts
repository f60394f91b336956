import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { run } from '../support/run.js';
import { connect } from '@framewire/client';
import { eventually } from '../support/eventually.js';
import { startServer, type Server } from '../support/server/server.js';

const refusal = z.object({ code: z.string(), message: z.string(), hint: z.string() });

describe('the HTTP endpoints', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(['--source', 'yard=test', '--size', '640x360']);
  });
  afterAll(() => server.stop());

  it.each(['/video_feed', '/?action=stream'])(
    '%s sends parts with length, time and the boundary behind',
    async path => {
      const askedAt = Date.now() / 1000;
      const response = await fetch(`${server.url}${path}${path.includes('?') ? '&' : '?'}width=320&quality=40`);
      expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=frame');
      expect(response.headers.get('cache-control')).toContain('no-store');
      let text = '';
      if (response.body === null) throw new Error('No body.');
      for await (const chunk of response.body) {
        text += Buffer.from(chunk).toString('latin1');
        if (text.split('--frame\r\n').length > 4) break;
      }
      const parts = text.split('--frame\r\n').slice(1, 4);
      const times = await Promise.all(
        parts.map(async part => {
          const split = part.indexOf('\r\n\r\n');
          const head = part.slice(0, split);
          const body = part.slice(split + 4);
          expect(head).toMatch(/^Content-Type: image\/jpeg\r$/m);
          const length = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
          expect(body.length).toBe(length + 2);
          const { width, height } = await sharp(Buffer.from(body.slice(0, length), 'latin1')).metadata();
          expect({ width, height }).toEqual({ width: 320, height: 180 });
          return Number(/X-Timestamp: (\d+\.\d{6})/.exec(head)?.[1]);
        }),
      );
      // The first one may have been taken before.
      expect(times[0]).toBeGreaterThan(askedAt - 10);
      expect(times.at(-1)).toBeLessThan(Date.now() / 1000);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    },
  );

  it('/video_feed is read by ffmpeg', async context => {
    skipBecause(context, missing('ffmpeg'));
    const args = ['-hide_banner', '-loglevel', 'error', '-i', `${server.url}/video_feed`, '-frames:v', '10'];
    await using ffmpeg = run('ffmpeg', [...args, '-f', 'null', '-progress', 'pipe:1', '-']);
    await ffmpeg.exited;
    expect(ffmpeg.output()).not.toMatch(/error/i);
    expect(ffmpeg.output()).toMatch(/frame=10\n[^]*progress=end/);
  });

  it('/video_feed is read by OpenCV, as by the script that it replaces', async context => {
    skipBecause(context, missing('python3-opencv'));
    const script = `
import cv2
camera = cv2.VideoCapture('${server.url}/video_feed?quality=60')
for _ in range(5): ok, frame = camera.read()
print(ok, frame.shape)`;
    await using python = run(DEBIAN_PYTHON, ['-c', script]);
    await python.waitForOutput(/^True \(360, 640, 3\)$/m);
    expect(await python.exited).toMatchObject({ code: 0 });
  });

  it.each([
    ['/snapshot.jpg', 'image/jpeg', 'jpeg'],
    ['/?action=snapshot', 'image/jpeg', 'jpeg'],
    ['/snapshot.png?width=160', 'image/png', 'png'],
    ['/snapshot.webp?stream=yard&quality=60', 'image/webp', 'webp'],
  ] as const)('%s is one new picture', async (path, type, format) => {
    const before = Date.now();
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(new Date(response.headers.get('x-captured-at') ?? 0).getTime()).toBeGreaterThanOrEqual(before - 1);
    const metadata = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect(metadata.format).toBe(format);
    expect(metadata.width).toBe(path.includes('160') ? 160 : 640);
  });

  it.each([
    ['/video_feed?quality=0', 400, 'bad-request', /quality is a whole number from 1 to 100/],
    ['/video_feed?quality=101', 400, 'bad-request', /quality/],
    ['/video_feed?quality=high', 400, 'bad-request', /quality/],
    ['/video_feed?fps=-3', 400, 'bad-request', /fps is a number/],
    ['/video_feed?width=wide', 400, 'bad-request', /width is a whole number/],
    ['/video_feed?stream=nowhere', 404, 'unknown-stream', /There is no stream "nowhere"/],
    ['/snapshot.jpg?stream=nowhere', 404, 'unknown-stream', /nowhere/],
    ['/snapshot.gif', 404, 'not-found', /Nothing is served there/],
    ['/etc/passwd', 404, 'not-found', /Nothing/],
    ['/..%2f..%2fpackage.json', 404, 'not-found', /Nothing/],
  ])('%s is refused with a sentence', async (path, status, code, sentence) => {
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(status);
    const body = refusal.parse(await response.json());
    expect(body.code).toBe(code);
    expect(body.message).toMatch(sentence);
  });

  it('serves the page with a strict policy, and the script of the element to all', async () => {
    const page = await fetch(`${server.url}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe');
    const script = await fetch(`${server.url}/framewire.js`);
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('answers on IPv4 and IPv6 on the same port', async context => {
    expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).toBe(200);
    skipBecause(context, missing('IPv6 on the loopback'));
    expect((await fetch(`http://[::1]:${server.port}/healthz`)).status).toBe(200);
  });

  it('/metrics has the latencies that a client measures', async () => {
    await using client = await connect(server.url);
    await client.subscribe();
    const series = /^framewire_capture_to_arrival_seconds_count\{stream="yard"\} ([1-9]\d*)$/m;
    const isThere = async () => series.test(await (await fetch(`${server.url}/metrics`)).text());
    expect(await eventually(isThere, 'latency of a client')).toBe(true);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^framewire_encode_duration_seconds_count\{stream="yard"\} [1-9]/m);
    expect(text).toMatch(/^framewire_connections\{kind="websocket"\} [1-9]/m);
    expect(text).toMatch(/^framewire_connections\{kind="http"\} [1-9]/m);
    expect(text).not.toContain('framewire_tls_certificate');
  });
});
