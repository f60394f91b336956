import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, snapshot } from '@framewire/client';
import { launchChromium, openPage, pixels } from '../support/browser/browser.js';
import { eventually } from '../support/eventually.js';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { run } from '../support/run.js';
import { MAIN, startServer, type Server } from '../support/server/server.js';
import { madeUpPair } from '../support/tls.js';

/** How long a slow program takes for a picture, ms. */
const STEP_MS = 200;

const SOURCE = ['--source', 'gate=test', '--size', '640x360'];

describe('a server with a certificate of its own making', () => {
  let folder: string;
  let server: Server;
  /** Its authority, as a device gets it. */
  let ca: string;
  let caFile: string;
  let fingerprint: string | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'framewire-tls-'));
    server = await startServer([...SOURCE, '--tls'], { env: { XDG_STATE_HOME: folder, STATE_DIRECTORY: '' } });
    fingerprint = /SHA-256\s+([\dA-F:]{95})/.exec(server.output())?.[1];
    ca = await (await fetch(server.url.replace('https', 'http') + '/ca.crt')).text();
    // VLC takes a folder of them, and runs as another user.
    mkdirSync(join(folder, 'trusted'));
    caFile = join(folder, 'trusted', 'ca.crt');
    writeFileSync(caFile, ca);
    spawnSync('chmod', ['-R', 'a+rX', folder]);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('says to `health` that it is ready, and another port does not', () => {
    const ask = (port: number) => {
      const env = { ...process.env, FRAMEWIRE_TLS: 'true', FRAMEWIRE_PORT: String(port) };
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'health'], { env, encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };
    expect(ask(server.port)).toEqual({ status: 0, said: 'Ready.\n' });
    expect(ask(9).said).toContain('[not-ready]');
  });

  it('prints what devices compare, and says on a page what to do with it', async () => {
    expect(server.url).toMatch(/^https:/);
    expect(new X509Certificate(ca).fingerprint256).toBe(fingerprint);
    const page = await fetch(server.url.replace('https', 'http') + '/trust');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await page.text()).replaceAll('\n', ':')).toContain(fingerprint);
    expect(server.output()).toContain(`${server.url.replace('https', 'http')}/trust`);
  });

  it('lets the Node client in that trusts it, and tells the one that does not what to do', async () => {
    await using client = await connect(server.url, { ca });
    await client.subscribe();
    for await (const { width, payload } of client.frames()) {
      expect(width).toBe(640);
      expect(payload.length).toBeGreaterThan(1000);
      break;
    }
    const { host } = new URL(server.url);
    const sentence = `The certificate of ${host} is not trusted here: get its authority from http://${host}/ca.crt`;
    for (const refused of [connect(server.url), snapshot(server.url)]) {
      await expect(refused).rejects.toMatchObject({ code: 'untrusted' });
      await expect(refused).rejects.toThrow(sentence);
    }
    await expect(connect(server.url.replace('https', 'http'))).rejects.toMatchObject({ code: 'tls-required' });
  });

  it('says in its metrics when its certificate ends, with a month left at least', async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      getSecurely(`${server.url}/metrics`, { ca }, resolve).once('error', reject);
    });
    const text = (await response.toArray()).join('');
    const [, seconds] = /^framewire_tls_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text) ?? [];
    expect(Number(seconds) * 1000 - Date.now()).toBeGreaterThan(30 * 86_400_000);
  });

  it('lets curl in that trusts it, and no other', context => {
    skipBecause(context, missing('curl'));
    const curl = (...args: string[]) =>
      spawnSync('curl', ['-sS', '-o', join(folder, 'got.jpg'), ...args], { timeout: 60_000 });
    expect(curl('--cacert', caFile, `${server.url}/snapshot.jpg`).status).toBe(0);
    expect(readFileSync(join(folder, 'got.jpg')).subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(curl(`${server.url}/snapshot.jpg`).status).toBe(60);
    // By plain HTTP it is sent to the same place.
    expect(curl('-L', '--cacert', caFile, `${server.url.replace('https', 'http')}/snapshot.jpg`).status).toBe(0);
  });

  it('lets ffmpeg in that trusts it, and none that looks and does not', context => {
    skipBecause(context, missing('ffmpeg'));
    const read = (...args: string[]) => {
      const input = ['-v', 'error', '-tls_verify', '1', ...args, '-i', `${server.url}/video_feed`];
      return spawnSync('ffmpeg', [...input, '-frames:v', '3', '-f', 'null', '-'], { timeout: 60_000 }).status;
    };
    expect(read('-ca_file', caFile)).toBe(0);
    expect(read()).not.toBe(0);
  });

  it('lets OpenCV in that trusts it, and none that looks and does not', context => {
    skipBecause(context, missing('python3-opencv'));
    const script = `import cv2, sys; sys.exit(not cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG).read()[0])`;
    const read = (options: string) =>
      spawnSync(DEBIAN_PYTHON, ['-c', script, `${server.url}/video_feed`], {
        env: { ...process.env, OPENCV_FFMPEG_CAPTURE_OPTIONS: options },
        timeout: 60_000,
      }).status;
    expect(read(`tls_verify;1|ca_file;${caFile}`)).toBe(0);
    expect(read('tls_verify;1')).toBe(1);
  });

  it('lets Python in that trusts it, over HTTP and WebSocket, and no other', context => {
    skipBecause(context, missing('python3-requests', 'python3-websockets'));
    const script = `
import asyncio, json, requests, ssl, sys, websockets
url, ca = sys.argv[1:]
assert requests.get(url + "/snapshot.jpg", verify=ca).content[:2] == b"\\xff\\xd8"
try:
    requests.get(url + "/snapshot.jpg")
    sys.exit("It was not refused.")
except requests.exceptions.SSLError:
    pass
async def watch():
    context = ssl.create_default_context(cafile=ca)
    async with websockets.connect(url.replace("https", "wss") + "/ws", max_size=None, ssl=context) as socket:
        await socket.send(json.dumps({"type": "subscribe", "headers": False}))
        pictures = 0
        while pictures < 3:
            if isinstance(await socket.recv(), bytes):
                await socket.send("next")
                pictures += 1
asyncio.run(watch())
`;
    const read = spawnSync(DEBIAN_PYTHON, ['-c', script, server.url, caFile], { timeout: 60_000 });
    expect(read.stderr.toString()).toBe('');
    expect(read.status).toBe(0);
  });

  it('lets VLC in that trusts it, and no other', async context => {
    skipBecause(context, missing('vlc'));
    const watch = (trusted: string, pictures: string) => {
      mkdirSync(pictures);
      spawnSync('chmod', ['a+rwx', pictures]);
      const scene = ['--video-filter=scene', '--scene-format=jpg', '--scene-ratio=1', `--scene-path=${pictures}`];
      const options = ['--intf=dummy', '--vout=dummy', '--no-audio', `--gnutls-dir-trust=${trusted}`, ...scene];
      const vlc = ['cvlc', ...options, `${server.url}/video_feed`];
      // VLC refuses to run as root.
      const asNobody = ['--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp'];
      return process.getuid?.() === 0 ? run('setpriv', [...asNobody, ...vlc]) : run('cvlc', vlc.slice(1));
    };
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'ca.crt'), madeUpPair().ca);
    await using refused = watch(other, join(folder, 'refused'));
    await using admitted = watch(join(folder, 'trusted'), join(folder, 'admitted'));
    await eventually(() => readdirSync(join(folder, 'admitted')).length > 5, 'pictures', 60_000);
    await eventually(
      () => /certificate/i.test(refused.output()),
      `word about the certificate: ${refused.output()}`,
      60_000,
    );
    expect(readdirSync(join(folder, 'refused'))).toEqual([]);
    await admitted.stop(1000);
  });

  it('keeps a program fresh that reads slowly, as over plain HTTP', async () => {
    const ages: number[] = [];
    const asked = getSecurely(`${server.url}/video_feed?mode=fixed&quality=95`, { ca });
    const values: unknown[] = await once(asked, 'response');
    const [answer] = values;
    if (!(answer instanceof IncomingMessage)) throw new Error('No answer.');
    let text = '';
    for await (const chunk of answer) {
      text += Buffer.from(chunk).toString('latin1');
      const parts = text.split('\r\n--frame\r\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        ages.push(Date.now() - Number(/X-Timestamp: (\d+\.\d+)/.exec(part)?.[1]) * 1000);
        // What comes meanwhile lies in the kernel, which has room for seconds of it.
        await sleep(STEP_MS);
      }
      if (ages.length >= 50) break;
    }
    asked.destroy();
    const last = ages.slice(-20).toSorted((a, b) => a - b);
    expect(last[10]).toBeLessThan(10 * STEP_MS);
  });

  it('is a secure page in Chromium that trusts it, with a live picture over wss', async context => {
    skipBecause(context, missing('chromium'));
    const key = new X509Certificate(ca).publicKey.export({ type: 'spki', format: 'der' });
    const leaf = new X509Certificate(readFileSync(join(folder, 'framewire', 'leaf.crt')));
    const pins = [key, leaf.publicKey.export({ type: 'spki', format: 'der' })];
    const hashes = pins.map(pin => createHash('sha256').update(pin).digest('base64'));
    const browser = await launchChromium({ args: [`--ignore-certificate-errors-spki-list=${hashes.join(',')}`] });
    try {
      await using watched = await openPage(browser, server.url.replace('https', 'http'));
      const { page, complaints } = watched;
      expect(page.url()).toMatch(/^https:/);
      await page.locator('#pill').getByText('Live').waitFor();
      expect(await page.evaluate(() => isSecureContext)).toBe(true);
      const first = await pixels(page, '#picture');
      await eventually(async () => (await pixels(page, '#picture')) !== first, 'other picture');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe('a server with a certificate of somebody else', () => {
  let folder: string;
  let files: string[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'framewire-tls-'));
    files = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const put = ({ cert, key }: { cert: string; key: string }) => {
    const [certFile = '', keyFile = ''] = files;
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
  };
  const start = () => startServer([...SOURCE, '--tls-cert', files[0] ?? '', '--tls-key', files[1] ?? '']);

  it('shows another at SIGHUP, and who watches goes on over the same connection', async () => {
    const [first, second, third] = [madeUpPair(), madeUpPair(), madeUpPair()];
    put(first);
    await using server = await start();
    await using client = await connect(server.url, { ca: first.ca });
    const changes: string[] = [];
    let frames = 0;
    client.on('frame', () => {
      frames += 1;
    });
    client.on('connection', ({ state }) => changes.push(state));
    await client.subscribe({ mode: 'fixed' });
    await eventually(() => frames > 5, 'frames');
    put(second);
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => isAdmitted(server.url, second.ca), 'second certificate');
    // A key of another one: what is shown stays.
    put({ cert: third.cert, key: second.key });
    process.kill(server.pid, 'SIGHUP');
    await eventually(
      () => /The old certificate is kept\. The key in .* does not belong/.test(server.output()),
      'word in the log',
    );
    expect(await isAdmitted(server.url, second.ca)).toBe(true);
    expect(await isAdmitted(server.url, third.ca)).toBe(false);
    const before = frames;
    await eventually(() => frames > before + 5, 'frames after that');
    expect(changes).toEqual([]);
  });

  it.each([
    ['a key of another certificate', () => ({ cert: madeUpPair().cert, key: madeUpPair().key }), /does not belong to/],
    ['no certificate', () => ({ cert: 'nothing', key: madeUpPair().key }), /is no certificate/],
    ['no key', () => ({ cert: madeUpPair().cert, key: 'nothing' }), /is no key/],
  ])('does not start with %s, and says so in a sentence', async (_, pair, sentence) => {
    put(pair());
    await expect(start()).rejects.toMatchObject({ exit: { code: 2 } });
    await expect(start()).rejects.toThrow(sentence);
  });

  it('does not start with a file that is not there', async () => {
    copyFileSync(import.meta.filename, files[0] ?? '');
    rmSync(files[1] ?? '', { force: true });
    await expect(start()).rejects.toMatchObject({ exit: { code: 2 } });
    await expect(start()).rejects.toThrow(/key\.pem cannot be read/);
  });
});

async function isAdmitted(url: string, ca: string): Promise<boolean> {
  try {
    await using client = await connect(url, { ca });
    return client.connection.state === 'open';
  } catch {
    return false;
  }
}
