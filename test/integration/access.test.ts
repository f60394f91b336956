import { spawnSync } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, snapshot } from '@framewire/client';
import { eventually } from '../support/eventually.js';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { run, type Run } from '../support/run.js';
import { MAIN, startServer, type Server } from '../support/server/server.js';

const SENTENCE = 'This server wants a token.';

let server: Server;
/** A server that wants tokens, with the state folder of which commands know. */
let state: string;
let folder: string;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'framewire-access-'));
  folder = mkdtempSync(join(tmpdir(), 'framewire-access-pictures-'));
  const sources = ['--source', 'gate=test', '--source', 'yard=test', '--size', '320x240'];
  server = await startServer([...sources, '--auth', 'token'], { env: { XDG_STATE_HOME: state } });
});
afterAll(async () => {
  await server.stop();
  for (const made of [state, folder]) rmSync(made, { recursive: true });
});

/** Runs a command beside the server, as `npm start -- token show`. */
function command(...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    env: { ...process.env, XDG_STATE_HOME: state },
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const tokenOf = (text: string) => /token=([\w-]+)/.exec(text)?.[1] ?? '';
const withUser = (path: string) => `http://any:${server.token}@127.0.0.1:${server.port}${path}`;

/** Waits for the end of a program. @returns what it has said and its exit code. */
async function ended(program: Run): Promise<{ code: number | null; said: string }> {
  const { code } = await program.exited;
  return { code, said: program.output() };
}

describe('a server that wants a token', () => {
  it('says so, with the token when it is made, and keeps it where its commands find it', () => {
    expect(server.token).toMatch(/^fw_[\w-]{22}$/);
    expect(command('token', 'show')).toContain(`http://127.0.0.1:${server.port}/?token=${server.token}\n`);
  });

  it('is told so by curl, and by nobody else of this machine either', async context => {
    skipBecause(context, missing('curl'));
    const curl = (...args: string[]) =>
      spawnSync('curl', ['-s', '-w', '\n%{http_code}', ...args], { encoding: 'utf8' });
    const list = `${server.url}/api/streams`;
    const refused = curl(list).stdout;
    expect(refused).toContain(SENTENCE);
    expect(refused).toMatch(/\n401$/);
    for (const way of [
      [`${list}?token=${server.token}`],
      ['-H', `Authorization: Bearer ${server.token}`, list],
      ['-u', `any:${server.token}`, list],
      [withUser('/api/streams')],
    ]) {
      expect(curl(...way).stdout).toMatch(/"name":"gate".*\n200$/s);
    }
    expect(curl(`${list}?token=fw_wrong-one-entirely`).stdout).toContain('This token is not known here.');
  });

  it('lets the Node client in with it, and says why not without', async () => {
    await using client = await connect(server.url, { token: server.token });
    await client.subscribe({ stream: 'yard' });
    for await (const frame of client.frames()) {
      expect(frame.width).toBe(320);
      break;
    }
    // The address as it is printed.
    await using printed = await connect(`${server.url}/?token=${server.token}`);
    expect(printed.streams.map(({ name }) => name)).toEqual(['gate', 'yard']);
    expect((await snapshot(server.url, { token: server.token })).type).toBe('image/jpeg');
    await expect(connect(server.url)).rejects.toMatchObject({ code: 'token-missing' });
    await expect(connect(server.url, { retry: true })).rejects.toThrow(SENTENCE);
    await expect(connect(server.url, { token: 'fw_wrong' })).rejects.toMatchObject({ code: 'token-wrong' });
    await expect(snapshot(server.url)).rejects.toThrow(SENTENCE);
  });

  it('lets Python’s websockets in by header, address and hello, and says why not without', async context => {
    skipBecause(context, missing('python3-websockets'));
    const script = `
import asyncio, json, sys, websockets
URL, TOKEN = sys.argv[1:]

async def watch(url, hello=None, **options):
    async with websockets.connect(url, max_size=None, **options) as socket:
        if hello: await socket.send(json.dumps({"type": "hello", "protocol": 1, **hello}))
        await socket.send(json.dumps({"type": "subscribe", "headers": False}))
        async for message in socket:
            if isinstance(message, bytes): return len(message) > 100

async def main():
    print(await watch(URL, extra_headers={"Authorization": "Bearer " + TOKEN}))
    print(await watch(URL + "?token=" + TOKEN))
    print(await watch(URL, hello={"token": TOKEN}))
    for options in ({}, {"hello": {"token": "fw_wrong"}}):
        try: await watch(URL, **options)
        except websockets.ConnectionClosed as error: print(error.code, error.reason)
    try: await watch(URL + "?token=fw_wrong")
    except websockets.InvalidStatusCode as error: print(error.status_code)

asyncio.run(main())
`;
    const { said } = await ended(run(DEBIAN_PYTHON, ['-c', script, `ws://127.0.0.1:${server.port}/ws`, server.token]));
    expect(said.split('\n')).toEqual([
      'True',
      'True',
      'True',
      expect.stringContaining(`4401 ${SENTENCE}`),
      expect.stringContaining('4401 This token is not known here.'),
      '401',
      '',
    ]);
  });

  it('lets Python’s requests and OpenCV in, and says why not without', async context => {
    skipBecause(context, missing('python3-requests', 'python3-opencv'));
    const script = `
import sys, cv2, requests
URL, TOKEN = sys.argv[1:]
streams = URL + "/api/streams"
print(requests.get(streams, params={"token": TOKEN}).status_code)
print(requests.get(streams, headers={"Authorization": "Bearer " + TOKEN}).status_code)
print(requests.get(streams, auth=("any", TOKEN)).status_code)
print(requests.get(streams).json()["message"])
for url in (URL.replace("//", "//any:" + TOKEN + "@") + "/video_feed", URL + "/video_feed?token=" + TOKEN, URL + "/video_feed"):
    ok, picture = cv2.VideoCapture(url).read()
    print(ok and picture.shape)
`;
    const { said } = await ended(run(DEBIAN_PYTHON, ['-c', script, server.url, server.token]));
    const lines = said.split('\n').filter(line => !line.startsWith('['));
    expect(lines.slice(0, 6)).toEqual(['200', '200', '200', SENTENCE, '(240, 320, 3)', '(240, 320, 3)']);
    expect(said).toContain('False');
  });

  it('lets ffmpeg in, which shows the password when it is asked for it, and refuses it without', async context => {
    skipBecause(context, missing('ffmpeg'));
    const take = (url: string) => ended(run('ffmpeg', ['-v', 'error', '-i', url, '-frames:v', '1', '-f', 'null', '-']));
    expect(await take(withUser('/video_feed'))).toMatchObject({ code: 0 });
    expect(await take(`${server.url}/video_feed?token=${server.token}`)).toMatchObject({ code: 0 });
    const { code, said } = await take(`${server.url}/video_feed`);
    expect(code).not.toBe(0);
    expect(said).toContain('401 Unauthorized');
  });

  it('lets VLC in, which shows the password at once, and refuses it without', async context => {
    skipBecause(context, missing('vlc'));
    spawnSync('chmod', ['a+rwx', folder]);
    const scene = ['--video-filter=scene', '--scene-format=jpg', '--scene-ratio=1', `--scene-path=${folder}`];
    const play = (url: string, ...more: string[]) => {
      const vlc = ['cvlc', '--intf=dummy', '--vout=dummy', '--no-audio', ...scene, ...more, url];
      // VLC refuses to run as root.
      const asNobody = ['--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp'];
      return process.getuid?.() === 0 ? run('setpriv', [...asNobody, ...vlc]) : run('cvlc', vlc.slice(1));
    };
    await using refused = play(`${server.url}/video_feed`, '--keystore=memory', '--play-and-exit');
    await eventually(() => refused.output().includes('HTTP 401 error'), 'refusal');
    expect(readdirSync(folder)).toEqual([]);
    await using player = play(withUser('/video_feed'), '--quiet');
    await eventually(() => readdirSync(folder).length > 0, `picture of VLC: ${player.output()}`, 60_000);
  });

  it('ends who watches when their token is taken away, and lets in whom it is given to', async () => {
    const token = tokenOf(command('token', 'add', 'anna', '--streams', 'gate'));
    const client = await eventually(
      () => connect(server.url, { token }).catch(() => undefined),
      'a server that knows anna',
    );
    expect(client.streams.map(({ name }) => name)).toEqual(['gate']);
    await expect(client.subscribe({ stream: 'yard' })).rejects.toMatchObject({ code: 'unknown-stream' });
    await client.subscribe();
    command('token', 'remove', 'anna');
    const { connection } = await eventually(() => client.connection.state === 'closed' && client, 'end');
    expect(connection).toMatchObject({ code: 'token-wrong' });
  });

  it('knows the links that are shared', async () => {
    const token = tokenOf(command('share', 'yard', '--for', '30m'));
    await using client = await connect(server.url, { token });
    expect(client.streams.map(({ name }) => name)).toEqual(['yard']);
  });

  it('shows no token in its log, but the one that it has made', () => {
    const others = server.output().replaceAll(server.token, '');
    expect(others).not.toMatch(/f[sw]_[\w-]{10}/);
  });
});

it('a server that FRAMEWIRE_TOKEN is set for wants it, and hands it on to nobody', async () => {
  const token = 'my-token-of-sixteen';
  await using guarded = await startServer(['--source', 'test', '--size', '320x240'], {
    env: { FRAMEWIRE_TOKEN: token },
  });
  expect((await fetch(`${guarded.url}/api/streams`)).status).toBe(401);
  expect((await fetch(`${guarded.url}/api/streams?token=${token}`)).status).toBe(200);
  expect(guarded.output()).not.toContain(token);
});

it('a server with TLS is remembered by secure pages of its host alone', async () => {
  await using secure = await startServer(['--source', 'test', '--size', '320x240', '--auth', 'token', '--tls']);
  const ca = await (await fetch(`${secure.url.replace('https', 'http')}/ca.crt`)).text();
  const visit = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { Accept: 'text/html' };
    getSecurely(`${secure.url}/?token=${secure.token}`, { ca, headers }, resolve).on('error', reject);
  });
  visit.resume();
  expect(visit.statusCode).toBe(303);
  const [cookie = ''] = visit.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(new RegExp(`^__Host-fw_${secure.port}=[\\w.-]+; Path=/; .*; Secure$`));
  await using client = await connect(secure.url, { ca, token: secure.token });
  expect(client.connection.state).toBe('open');
  await expect(connect(secure.url, { ca })).rejects.toMatchObject({ code: 'token-missing' });
});
