import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { monotonicMs } from '../../../../server/src/time/monotonic.js';
import { FramewireError } from '../../../../server/src/errors.js';
import { openSource } from '../../../../server/src/source/open-source.js';
import type { Source } from '../../../../server/src/source/source.js';
import { DIALECTS } from '../../../support/camera/mjpeg-dialects.js';
import { RawCamera, type Answering } from '../../../support/camera/raw-camera.js';
import { frameOf, TestHost } from '../../../support/source.js';

const open = (url: string, fps?: number): Promise<Source> =>
  openSource({ kind: 'url', url, capture: 'ffmpeg', ...(fps === undefined ? {} : { fps }) }, new TestHost());

const refusalOf = (opening: Promise<Source>) =>
  opening.then(
    async source => {
      await source.close();
      throw new Error('It opened.');
    },
    (error: unknown) => {
      if (error instanceof FramewireError) return error;
      throw error;
    },
  );

const head = (status: string, ...headers: string[]) => [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');

describe('a camera that gives JPEGs over HTTP', () => {
  let jpegs: Buffer[] = [];
  beforeAll(async () => {
    jpegs = await Promise.all(
      ['teal', 'navy', 'olive', 'maroon'].map(background =>
        sharp({ create: { width: 64, height: 48, channels: 3, background } })
          .jpeg()
          .toBuffer(),
      ),
    );
  });

  const snapshot: Answering = socket => {
    const [jpeg = Buffer.alloc(0)] = jpegs;
    socket.write(head('200 OK', 'Content-Type: image/jpeg', `Content-Length: ${jpeg.length}`));
    socket.write(jpeg);
  };
  const stream: Answering = socket => {
    socket.write(head('200 OK', 'Content-Type: multipart/x-mixed-replace;boundary=frame'));
    for (const jpeg of jpegs) socket.write(Buffer.concat([Buffer.from('--frame\r\n\r\n'), jpeg, Buffer.from('\r\n')]));
  };

  it.each(DIALECTS)('is read with $name', async ({ head: start, body }) => {
    await using camera = await RawCamera.open(socket => socket.write(Buffer.concat([Buffer.from(start), body(jpegs)])));
    const source = await open(camera.url);
    expect(source.info).toMatchObject({ width: 64, height: 48, isJpeg: true, description: `${camera.url}, 64x48` });
    for (const jpeg of jpegs) {
      const picture = await source.read();
      expect(Buffer.from(picture.jpeg ?? []).equals(jpeg)).toBe(true);
      expect((await frameOf(picture)).width).toBe(64);
      picture.free();
    }
    await source.close();
  });

  it.each([
    ['no head at all', ''],
    ['lines in its head that are no headers', 'HTTP/1.1 200 OK\r\nServer camera\r\nContent-Type: image/jpeg\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 90000\r\nContent-Length: 80000\r\n\r\n'],
  ])('is read with %s', async (_, start) => {
    await using camera = await RawCamera.open(socket => socket.write(Buffer.concat([Buffer.from(start), ...jpegs])));
    const source = await open(camera.url);
    for (const jpeg of jpegs) {
      const picture = await source.read();
      expect(Buffer.from(picture.jpeg ?? []).equals(jpeg)).toBe(true);
      picture.free();
    }
    await source.close();
  });

  it('may be asked for one picture again and again, over one connection and never twice at a time', async () => {
    await using camera = await RawCamera.open(snapshot);
    const from = monotonicMs();
    const source = await open(camera.url, 20);
    expect(source.info).toMatchObject({ fps: 20, description: `${camera.url}, 64x48, asked for 20 times a second` });
    let takenAt = 0;
    for (let i = 0; i < 5; i += 1) {
      const picture = await source.read();
      takenAt = picture.capturedAt;
      picture.free();
    }
    expect(camera.requests).toHaveLength(5);
    expect(camera.connections).toBe(1);
    // Four intervals after the first was asked for, at the earliest.
    expect(takenAt - from).toBeGreaterThan(190);
    // It is busy once, and hangs up on a kept connection another time.
    camera.answer = socket => {
      socket.end(head('503 Service Unavailable', 'Content-Length: 0'));
      camera.answer = snapshot;
    };
    (await source.read()).free();
    camera.answer = socket => {
      socket.destroy();
      camera.answer = snapshot;
    };
    (await source.read()).free();
    await source.close();
  });

  it('may be asked seldom, and soon again when it has failed', async () => {
    await using camera = await RawCamera.open(snapshot);
    const from = monotonicMs();
    const source = await open(camera.url, 0.4);
    expect(source.info).toMatchObject({ fps: 0.4, description: `${camera.url}, 64x48, asked for every 2.5 s` });
    (await source.read()).free();
    camera.answer = socket => {
      socket.end(head('503 Service Unavailable', 'Content-Length: 0'));
      camera.answer = snapshot;
    };
    const second = await source.read();
    second.free();
    // An interval until it fails, and 2 s more, at the earliest.
    expect(second.capturedAt - from).toBeGreaterThan(4400);
    expect(camera.requests).toHaveLength(3);
    await source.close();
  });

  it('may end each answer by hanging up, without a length', async () => {
    await using camera = await RawCamera.open(socket =>
      socket.end(Buffer.concat([Buffer.from(head('200 OK', 'Content-Type: image/jpeg')), jpegs[0] ?? Buffer.alloc(0)])),
    );
    const source = await open(camera.url, 20);
    for (let i = 0; i < 4; i += 1) (await source.read()).free();
    expect(source.info.description).toContain('20 times a second');
    await source.close();
  });

  it('has ended when its stream ends', async () => {
    await using camera = await RawCamera.open((socket, request) => {
      stream(socket, request);
      socket.end();
    });
    const source = await open(camera.url);
    for (const _ of jpegs) (await source.read()).free();
    await expect(source.read()).rejects.toMatchObject({ code: 'source-ended', message: `${camera.url} has ended.` });
    await source.close();
  });

  it.each<[string, string, string, RegExp]>([
    ['a login page', head('200 OK', 'Content-Type: text/html') + '<html>', 'source-not-understood', /is a web page/],
    ['a page without a type', head('200 OK') + '<!DOCTYPE html><p>', 'source-not-understood', /is a web page/],
    ['no pictures', head('200 OK', 'Content-Type: image/jpeg') + 'none', 'source-not-understood', /without a picture/],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'source-not-understood', /without a picture/],
    ['an error', head('503 Busy'), 'source-unreachable', /answers 503 \(Service Unavailable\)\.$/],
    ['a redirect in a circle', head('302 Found', 'Location: /video'), 'source-unreachable', /again and again/],
    ['a redirect to RTSP', head('302 Found', 'Location: rtsp://a:b@c/'), 'source-not-understood', /to rtsp:\/\/c\/\./],
    [
      'a wish for a password',
      head('401 No', 'WWW-Authenticate: Basic realm="x"'),
      'source-denied',
      /a user name and a/,
    ],
    ['nothing', '', 'source-unreachable', /hangs up without an answer/],
  ])('that answers with %s is refused in a sentence', async (_, answer, code, sentence) => {
    await using camera = await RawCamera.open(socket => socket.end(answer));
    const refusal = await refusalOf(open(camera.url));
    expect(refusal).toMatchObject({ code });
    expect(refusal.message).toMatch(sentence);
  });

  it('is told its user and password, as the URL has them, and nobody else is', async () => {
    const seen: string[] = [];
    await using other = await RawCamera.open((socket, request) => {
      seen.push(request);
      stream(socket, request);
    });
    await using camera = await RawCamera.open((socket, request) => {
      if (!request.includes(`Authorization: Basic ${Buffer.from('me:a@/b%c').toString('base64')}`)) {
        socket.write(head('401 No', 'WWW-Authenticate: Basic realm="x"', 'Content-Length: 0'));
      } else if (request.startsWith('GET /video')) stream(socket, request);
      else socket.write(head('302 Found', `Location: http://localhost:${other.port}/`, 'Content-Length: 0'));
    });
    const url = `http://me:a%40%2Fb%c@127.0.0.1:${camera.port}`;
    const source = await open(`${url}/video`);
    expect(source.info.description).toBe(`http://127.0.0.1:${camera.port}/video, 64x48`);
    await source.close();
    expect(await refusalOf(open(`${url}/elsewhere`))).toMatchObject({ code: 'source-denied' });
    expect(seen).toEqual([]);
    const wrong = await refusalOf(open(camera.url.replace('//', '//me:secret@')));
    expect(wrong).toMatchObject({ code: 'source-denied' });
    expect(wrong.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/video wants another user name or password\.$/);
  });

  it('may redirect within its host, and not to others on this machine or its link', async () => {
    await using camera = await RawCamera.open(stream);
    const to =
      (location: string): Answering =>
      (socket, request) => {
        if (request.startsWith('GET /there')) stream(socket, request);
        else socket.end(head('302 Found', `Location: ${location}`));
      };
    camera.answer = to('/there');
    await (await open(camera.url)).close();
    camera.answer = to(`http://127.0.0.1:${camera.port}/there`);
    await (await open(camera.url)).close();
    for (const host of [
      'localhost',
      '127.0.0.2',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '169.254.169.254',
      '[fe80::1]',
    ]) {
      camera.answer = to(`http://${host}:${camera.port}/there`);
      const refusal = await refusalOf(open(camera.url));
      expect(refusal.code).toBe('source-denied');
      expect(refusal.message).toMatch(/redirects to/);
    }
    expect(camera.requests.filter(request => request.startsWith('GET /there'))).toHaveLength(2);
  });
});
