import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../../server/src/errors.js';
import { openSource } from '../../../../server/src/source/open-source.js';
import { MjpegCamera } from '../../../support/camera/mjpeg-camera.js';
import { frameOf, TestHost } from '../../../support/source.js';

const HEAD = { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' };

describe('a camera on the network', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function cameraThat(answers: (response: ServerResponse) => void): Promise<string> {
    const server = createServer((_, response) => answers(response));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://me:secret@127.0.0.1:${port}/video`;
  }

  it('gives its JPEGs untouched', async () => {
    const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    const part = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    const url = await cameraThat(response => {
      response.writeHead(200, HEAD);
      const send = () => response.write(Buffer.concat([Buffer.from(part), jpeg, Buffer.from('\r\n')]));
      const timer = setInterval(send, 20);
      response.once('close', () => clearInterval(timer));
    });
    const source = await openSource({ kind: 'url', url, capture: 'ffmpeg' }, new TestHost());
    expect(source.info).toMatchObject({ width: 64, height: 48, isJpeg: true });
    expect(source.info.description).not.toContain('secret');
    const picture = await source.read();
    expect(Buffer.from(picture.jpeg ?? []).equals(jpeg)).toBe(true);
    expect((await frameOf(picture)).width).toBe(64);
    picture.free();
    await source.close();
  });

  it('may give pictures of another size from some moment on', async () => {
    const [first, second] = await Promise.all(
      [64, 96].map(width =>
        sharp({ create: { width, height: 48, channels: 3, background: 'teal' } })
          .jpeg()
          .toBuffer(),
      ),
    );
    if (first === undefined || second === undefined) throw new Error('There are no pictures.');
    await using camera = await MjpegCamera.open(first);
    const source = await openSource({ kind: 'url', url: camera.url, capture: 'ffmpeg' }, new TestHost());
    const readWidth = async () => {
      const picture = await source.read();
      const { width } = await frameOf(picture);
      expect([picture.width, source.info.width]).toEqual([width, width]);
      picture.free();
      return width;
    };
    expect(await readWidth()).toBe(64);
    const before = source.info;
    camera.jpeg = second;
    while ((await readWidth()) === 64) expect(source.info).toBe(before);
    expect(source.info).toMatchObject({ width: 96, height: 48, description: `${camera.url}, 96x48` });
    await source.close();
  });

  it('drops and counts the pictures that a bad link has damaged, before and after it decodes them', async () => {
    const good = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    // The Huffman codes of the picture itself, not its headers.
    const scan = good.indexOf(Buffer.from('ffda', 'hex')) + 14;
    const torn = Buffer.concat([good.subarray(0, scan), Buffer.alloc(8, 0xfe), good.subarray(-2)]);
    await using camera = await MjpegCamera.open(good);
    const host = new TestHost();
    const source = await openSource({ kind: 'url', url: camera.url, capture: 'ffmpeg' }, host);
    (await source.read()).free();
    camera.jpeg = torn;
    const seen: (string | undefined)[] = [];
    for (;;) {
      const picture = await source.read();
      const failure = await picture.pixels().then(() => undefined, messageOf);
      picture.free();
      seen.push(failure);
      if (failure !== undefined) break;
    }
    expect(seen.at(-1)).toBe('The picture is damaged.');
    expect(host.warnings).toEqual([`1 damaged picture was dropped so far, out of ${camera.url}.`]);
    camera.jpeg = good.subarray(0, good.length / 2);
    const next = source.read();
    setTimeout(() => (camera.jpeg = good), 200);
    const picture = await next;
    expect(
      Buffer.from(picture.jpeg ?? [])
        .subarray(-2)
        .toString('hex'),
    ).toBe('ffd9');
    picture.free();
    await source.close();
  });

  it.each([0, 65_535])(
    'whose pictures all claim to be %i pixels high is unreadable, said in a sentence',
    async height => {
      const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
        .jpeg()
        .toBuffer();
      jpeg.writeUInt16BE(height, jpeg.indexOf(Buffer.from('ffc0', 'hex')) + 5);
      await using camera = await MjpegCamera.open(jpeg);
      const opened = openSource({ kind: 'url', url: camera.url, capture: 'ffmpeg' }, new TestHost());
      const read = opened.then(async source => {
        try {
          return await source.read();
        } finally {
          await source.close();
        }
      });
      await expect(read).rejects.toMatchObject({ code: 'source-unreadable' });
      await expect(read).rejects.toThrow(`The pictures of ${camera.url} cannot be decoded.`);
    },
  );

  it('may be closed while it is silent', async () => {
    const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    const part = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    const url = await cameraThat(response => {
      response.writeHead(200, HEAD);
      // Enough to be opened, and then nothing.
      const whole = Buffer.concat([Buffer.from(part), jpeg, Buffer.from('\r\n')]);
      response.write(Buffer.concat(Array.from({ length: 30 }, () => whole)));
    });
    const source = await openSource({ kind: 'url', url, capture: 'ffmpeg' }, new TestHost());
    const reading = (async () => {
      for (;;) (await source.read()).free();
    })().catch((error: unknown) => error);
    await source.close();
    expect(await reading).toMatchObject({ code: 'source-stalled' });
  });

  it.each([
    [401, 'source-denied', /wants another user name or password/],
    [404, 'source-not-found', /does not exist on that server/],
    [500, 'source-unreachable', /answers 500 \(Internal Server Error\)/],
  ])('that answers %i is %s, without telling the password', async (status, code, sentence) => {
    const url = await cameraThat(response => response.writeHead(status).end());
    const refusal = await openSource({ kind: 'url', url, capture: 'ffmpeg' }, new TestHost()).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code });
    expect(String(refusal)).toMatch(sentence);
    expect(String(refusal)).not.toContain('secret');
  });

  it('that sends a page is no camera', async () => {
    const url = await cameraThat(response => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'));
    await expect(openSource({ kind: 'url', url, capture: 'ffmpeg' }, new TestHost())).rejects.toMatchObject({
      code: 'source-not-understood',
    });
  });

  it('that is not there cannot be reached', async () => {
    await expect(
      openSource({ kind: 'url', url: 'http://no-such-host.invalid/video', capture: 'ffmpeg' }, new TestHost()),
    ).rejects.toMatchObject({
      code: 'source-unreachable',
      message: 'http://no-such-host.invalid/video cannot be reached.',
      hint: 'Check the address, and that it is on.',
    });
  });
});
