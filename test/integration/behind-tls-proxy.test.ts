import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '@framewire/client';
import { describeWith } from '../support/describe-with.js';
import { freePort } from '../support/free-port.js';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { startNginx, type Proxy } from '../support/server/proxy.js';
import { startServer, type Server } from '../support/server/server.js';
import { madeUpPair } from '../support/tls.js';

const SENTENCE = 'This server wants a token.';

const PYTHON = `
import asyncio, json, os, ssl, sys
import requests, websockets
URL, TOKEN, CA = sys.argv[1:]
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "tls_verify;1|ca_file;" + CA
import cv2

print(requests.get(URL + "/api/streams", headers={"Authorization": "Bearer " + TOKEN}, verify=CA).status_code)
print(requests.get(URL + "/api/streams", verify=CA).json()["message"])
for query in ("?token=" + TOKEN, ""):
    ok, picture = cv2.VideoCapture(URL + "/video_feed" + query).read()
    print(ok and picture.shape)

async def watch(query):
    context = ssl.create_default_context(cafile=CA)
    async with websockets.connect(URL.replace("https", "wss") + "/ws" + query, ssl=context, max_size=None) as socket:
        await socket.send(json.dumps({"type": "subscribe", "headers": False}))
        async for message in socket:
            if isinstance(message, bytes): return len(message) > 100

async def main():
    print(await watch("?token=" + TOKEN))
    try: await watch("")
    except websockets.ConnectionClosed as error: print(error.code, error.reason)

asyncio.run(main())
`;

describeWith(['nginx-light'], 'a server that wants a token, behind TLS and a path of a proxy', () => {
  let server: Server;
  let nginx: Proxy;
  let url: string;
  const folder = mkdtempSync(join(tmpdir(), 'framewire-behind-'));
  const pair = madeUpPair();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.crt', pair.ca);

  beforeAll(async () => {
    const port = await freePort();
    server = await startServer(['--source', 'test', '--size', '320x240', '--auth', 'token']);
    nginx = await startNginx(
      `ssl_certificate ${file('cert.pem', pair.cert)}; ssl_certificate_key ${file('key.pem', pair.key)};
       location /cams/ {
         proxy_pass ${server.url}/; proxy_http_version 1.1; proxy_set_header Host $http_host;
         proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
         proxy_set_header X-Forwarded-For 192.0.2.7; proxy_set_header X-Forwarded-Proto https;
       }`,
      { port, listen: 'ssl' },
    );
    url = `https://localhost:${port}/cams`;
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('lets the Node client in with it, and says why not without', async () => {
    await using client = await connect(`${url}/`, { ca: pair.ca, token: server.token });
    await client.subscribe();
    for await (const { width } of client.frames()) {
      expect(width).toBe(320);
      break;
    }
    await expect(connect(`${url}/`, { ca: pair.ca })).rejects.toThrow(SENTENCE);
  });

  it('lets curl and ffmpeg in with it, and says why not without', context => {
    skipBecause(context, missing('curl', 'ffmpeg'));
    const said = (command: string, ...args: string[]) => {
      const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      return stdout + stderr;
    };
    expect(said('curl', '-s', '--cacert', ca, '-u', `any:${server.token}`, `${url}/api/streams`)).toContain(
      '"name":"test"',
    );
    expect(said('curl', '-s', '--cacert', ca, `${url}/api/streams`)).toContain(SENTENCE);
    const play = (address: string) =>
      said(
        'ffmpeg',
        ...['-v', 'error', '-tls_verify', '1', '-ca_file', ca, '-i', address],
        ...['-frames:v', '1', '-f', 'null', '-'],
      );
    expect(play(`${url.replace('//', `//any:${server.token}@`)}/video_feed`)).toBe('');
    expect(play(`${url}/video_feed`)).toContain('401 Unauthorized');
  });

  it('lets Python’s requests, OpenCV and websockets in with it, and says why not without', context => {
    skipBecause(context, missing('python3-requests', 'python3-opencv', 'python3-websockets'));
    const { stdout, stderr } = spawnSync(DEBIAN_PYTHON, ['-c', PYTHON, url, server.token, ca], { encoding: 'utf8' });
    const [closed = '', ...rest] = stdout.trimEnd().split('\n').toReversed();
    expect({ said: rest.toReversed(), stderr }).toMatchObject({
      said: ['200', SENTENCE, '(240, 320, 3)', 'False', 'True'],
    });
    expect(closed).toContain(`4401 ${SENTENCE}`);
  });
});
