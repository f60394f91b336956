import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { encodeAck } from '@framewire/shared/ack';
import { encodeClockPing } from '@framewire/shared/clock';
import { FRAME_HEADER_BYTES } from '@framewire/shared/frame-header';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { Broadcaster } from '../../../../server/src/stream/broadcaster.js';
import { WsViewer } from '../../../../server/src/transport/ws/ws-viewer.js';
import { monotonicMs } from '../../../../server/src/time/monotonic.js';
import { eventually } from '../../../support/eventually.js';
import { ack, streamKit } from '../../fakes.js';
import { openEndpoint } from '../endpoint.js';
import { WsClient } from '../ws-client.js';

const UNOBSERVED = { watches: () => undefined, counted: () => undefined, measured: () => undefined };

/** The server's end of a real connection, which holds so many bytes back: to fill one up would take minutes. */
async function unread(bufferedAmount: number) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket: Socket, head) => {
    sockets.handleUpgrade(request, socket, head, ws => {
      Object.defineProperty(ws, 'bufferedAmount', { value: bufferedAmount });
      const broadcaster = new Broadcaster([streamKit().stream], 10);
      const { knownRates } = broadcaster;
      const streams = broadcaster.seenBy(() => true);
      viewer = new WsViewer(ws, socket, { knownRates, streams, attendance: UNOBSERVED });
    });
  });
  let viewer: WsViewer | undefined;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const client = await WsClient.open(typeof address === 'object' ? (address?.port ?? 0) : 0);
  const close = async () => {
    viewer?.leave();
    client[Symbol.dispose]();
    await new Promise(resolve => server.close(resolve));
  };
  return { client, tick: () => viewer?.tick(), [Symbol.asyncDispose]: close };
}

describe('a WebSocket viewer', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('that asks for nothing is let go 60 s after its last word', async () => {
    await using silent = await unread(0);
    const opened = monotonicMs();
    const clock = vi.spyOn(process.hrtime, 'bigint');
    const tickAt = (ms: number) => {
      clock.mockReturnValue(BigInt(Math.round((opened + ms) * 1e6)));
      silent.tick();
    };
    for (const ms of [59_000, 118_000]) {
      tickAt(ms);
      // It is still there, and answered.
      silent.client.texts.length = 0;
      silent.client.say({ type: 'set', fps: 3 });
      await silent.client.hears('not-subscribed');
    }
    tickAt(178_001);
    expect(await silent.client.closed()).toBe(4408);
  });

  it('that reads nothing is let go when answers to its clock samples pile up, too', async () => {
    const ping = encodeClockPing(1);
    await using enough = await unread(1024 * 1024);
    enough.client.say(ping);
    await eventually(() => enough.client.binaries.length === 1, 'answer');
    await using full = await unread(1024 * 1024 + 1);
    full.client.say(ping);
    expect(await full.client.closed()).toBe(4408);
    expect(full.client.binaries).toEqual([]);
  });

  it('goes on when it leaves off acknowledging with a frame on its way', async () => {
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using client = await WsClient.open(endpoint.port);
    client.say({ type: 'subscribe' });
    await client.hears('"type":"subscribed"');
    producer.capture();
    await eventually(() => client.binaries.length === 2, 'the first frame');
    client.say({ type: 'subscribe', acks: false });
    await eventually(() => client.texts.filter(text => text.includes('"subscribed"'))[1], 'the second answer');
    producer.capture();
    await eventually(() => client.binaries.length === 4, 'the second frame');
  });

  it('gets the same bytes as all others, whether it acknowledges them, leaves off doing so, or never did', async () => {
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using faithful = await WsClient.open(endpoint.port);
    using fickle = await WsClient.open(endpoint.port);
    using silent = await WsClient.open(endpoint.port);
    const all = [faithful, fickle, silent];
    for (const client of all) {
      client.say({ type: 'subscribe', mode: 'fixed', acks: client !== silent });
      await client.hears('"type":"subscribed"');
    }
    for (let seq = 1; seq <= 6; seq += 1) {
      // A placeholder is sent however long it had to wait for the acknowledgement of the one before.
      producer.capture({ payloadBytes: seq * 10_000, placeholder: true });
      await eventually(() => all.every(({ binaries }) => binaries.length === 2 * seq), `frame ${seq} at all three`);
      faithful.say(encodeAck(ack(seq)));
      if (seq < 3) fickle.say(encodeAck(ack(seq)));
      if (seq === 3) fickle.say({ type: 'subscribe', mode: 'fixed', acks: false });
      await eventually(() => [...producer.wanted.values()].every(({ fps }) => fps > 0), 'readiness for the next');
    }
    expect(faithful.binaries.map(({ length }) => length)).toEqual(
      [1, 2, 3, 4, 5, 6].flatMap(n => [FRAME_HEADER_BYTES, n * 10_000]),
    );
    expect(fickle.binaries).toEqual(faithful.binaries);
    expect(silent.binaries).toEqual(faithful.binaries);
  });

  it.each([true, false])('that says next gets one picture each time (acknowledgements: %s)', async acks => {
    await using endpoint = await openEndpoint();
    const { producer } = endpoint.kit;
    producer.live();
    using client = await WsClient.open(endpoint.port);
    client.say({ type: 'subscribe', mode: 'fixed', acks });
    await client.hears('"type":"subscribed"');
    const isReady = () => [...producer.wanted.values()].every(({ fps }) => fps > 0);
    for (let seq = 1; seq <= 5; seq += 1) {
      producer.capture();
      await eventually(() => client.binaries.length === 2 * seq, `frame ${seq}`);
      if (acks) client.say(encodeAck(ack(seq)));
      if (seq > 1) await eventually(() => !isReady(), 'no wish for more');
      client.say('next');
      await eventually(isReady, 'readiness for the next');
    }
  });

  it('that asks for a fixed rendition is answered so at once', async () => {
    await using endpoint = await openEndpoint();
    endpoint.kit.producer.live();
    using client = await WsClient.open(endpoint.port);
    client.say({ type: 'subscribe', mode: 'fixed' });
    expect(await client.hears('"type":"subscribed"')).toMatchObject({ mode: 'fixed', cause: 'asked' });
  });
});
