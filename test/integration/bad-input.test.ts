import { createServer } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { streamAt } from '../support/server/api.js';
import { eventually } from '../support/eventually.js';
import { cameraOrSkip } from '../support/camera/fake-camera.js';
import { seededRandom } from '../support/random.js';
import { EarlyExit, startServer, type Server } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

const folder = mkdtempSync(join(tmpdir(), 'framewire-'));
const notes = join(folder, 'notes.txt');
writeFileSync(notes, 'This is no video.\n');

async function failure(args: string[], env?: Record<string, string>): Promise<{ code: number | null; output: string }> {
  try {
    await using server = await startServer(args, { env });
    throw new Error(`It started: ${server.output()}`);
  } catch (error) {
    if (!(error instanceof EarlyExit)) throw error;
    return { code: error.exit.code, output: error.output };
  }
}

describe('a wrong start', () => {
  it.each([
    ['a missing device', ['--source', '/dev/video77'], 4, /There is no camera \/dev\/video77/],
    ['a missing file', ['--source', join(folder, 'none.mp4')], 4, /There is no file none\.mp4/],
    ['a file that is no video', ['--source', notes], 4, /notes\.txt cannot be read/],
    ['an unknown scheme', ['--source', 'ftp://host/x'], 4, /cannot open ftp:\/\/ sources/],
    ['a size that is none', ['--size', 'big'], 2, /--size is width x height/],
    ['a rate that is none', ['--fps', '0'], 2, /--fps is a number from 0.01 to 240/],
    ['a port that is none', ['--port', '70000'], 2, /--port is a whole number from 0 to 65535/],
    ['an address of another machine', ['--source', 'test', '--host', '192.0.2.1'], 3, /This machine has no address/],
    ['an unknown option', ['--sauce', 'test'], 2, /Unknown option '--sauce'.*\(Did you mean --source\?\)/s],
    ['a source without --source', ['test'], 2, /Did you mean: --source test/],
  ])('with %s ends with one sentence and a code', async (_, args, code, sentence) => {
    const { code: exitCode, output } = await failure(args);
    expect(output).toMatch(sentence);
    expect(output).toMatch(/\[[a-z-]+\]\n$/);
    expect(output.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(exitCode).toBe(code);
  });

  it('on a port in use names the port and another one', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    const { code, output } = await failure(['--source', 'test', '--port', String(address.port)]);
    other.close();
    expect(code).toBe(3);
    expect(output).toContain(`Port ${address.port} of 127.0.0.1 is used by another program.`);
  });

  it.for<[string, string[], RegExp]>([
    ['size', ['--size', '1000x700'], /has no 1000x700; the nearest that it offers is 1280x720/],
    ['rate', ['--fps', '60'], /gives 30 frames a second at 1280x720, not 60/],
  ])('with a %s that the camera lacks says what it has', async ([, args, sentence], context) => {
    const camera = cameraOrSkip(context);
    const { code, output } = await failure(['--source', '/dev/video0', ...args], camera.env);
    expect(code).toBe(4);
    expect(output).toMatch(sentence);
  });
});

describe('a viewer that talks nonsense', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(['--source', 'test', '--size', '320x240']);
  });
  afterAll(() => server.stop());

  it.each([
    ['no JSON', 'hello there', 'bad-message'],
    ['an unknown type', '{"type":"dance"}', 'bad-message'],
    ['quality 0', '{"type":"subscribe","quality":0}', 'bad-message'],
    ['quality 101', '{"type":"subscribe","quality":101}', 'bad-message'],
    ['quality "high"', '{"type":"subscribe","quality":"high"}', 'bad-message'],
    ['a width of -1', '{"type":"subscribe","maxWidth":-1}', 'bad-message'],
    ['a misspelt field', '{"type":"subscribe","qualty":50}', 'bad-message'],
    ['an unknown stream', '{"type":"subscribe","stream":"nowhere"}', 'unknown-stream'],
    ['a codec that is not there', '{"type":"subscribe","codec":"h264"}', 'unsupported-codec'],
    ['set before subscribe', '{"type":"set","quality":50}', 'not-subscribed'],
    ['another protocol', '{"type":"hello","protocol":9}', 'protocol-version'],
    ['a binary message that is none', Uint8Array.of(9, 9, 9), 'bad-message'],
    ['half an acknowledgement', Uint8Array.of(2, 0, 0, 0), 'bad-message'],
  ])('as %s is told so, and may go on', async (_, message, code) => {
    await using viewer = await Viewer.open(server.url, { subscribe: null });
    viewer.sendRaw(message);
    const error = await viewer.message('error');
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^.{10,}[.?]$/);
    viewer.send({ type: 'subscribe' });
    await viewer.nextFrames(1);
  });

  it('in 500 seeded ways hurts nobody else', async () => {
    await using witness = await Viewer.open(server.url);
    const random = seededRandom(20261123);
    for (let round = 0; round < 20; round += 1) {
      await using stranger = await Viewer.open(server.url, { subscribe: round % 2 === 0 ? {} : null });
      for (let i = 0; i < 25 && stranger.isOpen; i += 1) stranger.sendRaw(nonsense(random));
      await witness.nextFrames(1);
    }
    await witness.nextFrames(10);
    expect(witness.isOpen).toBe(true);
  });

  it('is closed when it goes on for too long', async () => {
    await using viewer = await Viewer.open(server.url, { subscribe: null });
    for (let i = 0; i < 30; i += 1) viewer.sendRaw('nonsense');
    expect((await viewer.closed).code).toBe(CLOSE_CODES.badMessages);
  });

  it('is closed when a control message is huge', async () => {
    await using viewer = await Viewer.open(server.url, { subscribe: null });
    viewer.sendRaw(`{"type":"subscribe","stream":"${'x'.repeat(20_000)}"}`);
    expect((await viewer.closed).code).toBe(1009);
  });

  it('and acknowledges frames that it never got is told, and closed in the end', async () => {
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(1);
    viewer.ack(4_000_000_000);
    expect((await viewer.message('error')).message).toContain('4000000000');
    await viewer.nextFrames(3);
    for (let i = 0; i < 30; i += 1) viewer.ack(4_000_000_000);
    expect((await viewer.closed).code).toBe(CLOSE_CODES.badMessages);
  });

  it('and asks for 1,000 changes a second gets the last one, and hurts nobody else', async () => {
    await using witness = await Viewer.open(server.url);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(1);
    for (let i = 0; i < 1000; i += 1) viewer.send({ type: 'set', quality: 1 + (i % 100) });
    viewer.send({ type: 'set', quality: 77 });
    await viewer.message('subscribed', ({ rendition }) => rendition.quality === 77);
    // They are taken up every 100 ms, however long this machine takes to send them.
    expect(viewer.messages.filter(({ type }) => type === 'subscribed').length).toBeLessThan(500);
    await viewer.nextFrames(2);
    await witness.nextFrames(10);
    await eventually(async () => (await streamAt(server.url)).renditions.length === 2, 'two renditions');
  });

  it('without a pause is closed', async () => {
    await using viewer = await Viewer.open(server.url, { subscribe: null });
    for (let i = 0; i < 5000; i += 1) viewer.send({ type: 'key' });
    expect((await viewer.closed).code).toBe(CLOSE_CODES.tooManyMessages);
  });

  it('that stops reading is let go', { timeout: 90_000 }, async () => {
    await using small = await startServer(['--source', 'test', '--size', '320x240']);
    await using viewer = await Viewer.open(small.url);
    await viewer.nextFrames(1);
    viewer.stopReading();
    await eventually(async () => (await streamAt(small.url)).viewers === 0, 'end of the claim', 60_000);
  });

  it('is refused when there are too many viewers', async () => {
    await using full = await startServer(['--source', 'test', '--size', '320x240', '--max-viewers', '1']);
    await using first = await Viewer.open(full.url);
    await first.nextFrames(1);
    await using second = await Viewer.open(full.url, { subscribe: null });
    expect((await second.message('error')).code).toBe('too-many-viewers');
    expect((await second.closed).code).toBe(CLOSE_CODES.tooManyViewers);
    expect((await fetch(`${full.url}/video_feed`)).status).toBe(503);
    await first.nextFrames(2);
  });

  it('and watches nothing gives way to one that does', async () => {
    await using full = await startServer(['--source', 'test', '--size', '320x240', '--max-viewers', '2']);
    await using silent = await Viewer.open(full.url, { subscribe: null });
    await using first = await Viewer.open(full.url);
    await first.nextFrames(1);
    await eventually(async () => {
      const next = await Viewer.open(full.url);
      await using closing = next;
      return await closing.nextFrames(1).then(
        () => true,
        () => false,
      );
    }, 'place');
    expect((await silent.closed).code).toBe(CLOSE_CODES.tooManyViewers);
    await first.nextFrames(1);
  });

  it.each(['ping', 'pong'] as const)('by nothing but %ss is closed', async kind => {
    await using viewer = await Viewer.open(server.url, { subscribe: null });
    for (let i = 0; i < 5000; i += 1) viewer.beat(kind);
    expect((await viewer.closed).code).toBe(CLOSE_CODES.tooManyMessages);
  });

  it.each([
    ['a page of another site', { Origin: 'https://elsewhere.example' }, 403],
    ['another protocol', { 'Sec-WebSocket-Protocol': 'chat' }, 400],
  ])('from %s is refused before the handshake', async (_, headers, status) => {
    await expect(upgrade(server.port, headers)).resolves.toBe(status);
  });
});

/** The status that answers a WebSocket handshake with these headers. */
async function upgrade(port: number, headers: Record<string, string>): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const asked = request({ host: '127.0.0.1', port, path: '/ws', headers: { ...handshake, ...headers } });
    asked.once('response', response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Frames, acknowledgements and JSON of every wrong shape. */
function nonsense(random: () => number): string | Uint8Array {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const types = ['subscribe', 'set', 'pause', 'resume', 'hello', 'key', 'unsubscribe', 'dance', 7, null];
  const values = [0, -1, 1e308, '', 'source', null, true, [], {}, 'x'.repeat(500), 101];
  if (random() < 0.4) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256));
    if (bytes.length > 0) bytes[0] = pick([1, 2, 3, 255]) ?? 0;
    return bytes;
  }
  const fields = ['stream', 'quality', 'maxWidth', 'fps', 'acks', 'headers', 'codec', 'mode', 'protocol', '__proto__'];
  const message: Record<string, unknown> = { type: pick(types) };
  for (let i = 0; i < 3; i += 1) message[pick(fields) ?? ''] = pick(values);
  const text = JSON.stringify(message);
  return random() < 0.2 ? text.slice(0, Math.floor(random() * text.length)) : text;
}
