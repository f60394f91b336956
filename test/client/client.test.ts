import { createServer } from 'node:http';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connect, FramewireClient } from '../../client/src/client.js';
import { eventually } from '../support/eventually.js';
import { ScriptedServer, STREAMS } from '../support/server/scripted-server.js';
import { framesOf, statesOf, watching } from './watching.js';

describe('connect', () => {
  it('says hello and lists the streams', async () => {
    await using server = await ScriptedServer.open();
    await using client = await connect(server.url);
    expect(client.streams).toEqual(STREAMS);
    expect(client.connection).toEqual({ state: 'open' });
    expect(await (await server.viewer()).control('hello')).toMatchObject({ protocol: 1 });
  });

  it('rejects when nobody listens', async () => {
    const server = await ScriptedServer.open();
    await server[Symbol.asyncDispose]();
    await expect(connect(server.url)).rejects.toMatchObject({
      name: 'FramewireClientError',
      code: 'unreachable',
      message: `127.0.0.1:${server.port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${server.port}.`,
    });
  });

  it('rejects an address that is none', async () => {
    await expect(connect('camera.local')).rejects.toMatchObject({ code: 'bad-address' });
  });

  it('says that a server which speaks no TLS may be there by http:', async () => {
    await using server = await ScriptedServer.open();
    const { host } = new URL(server.url);
    await expect(connect(`https://${host}`)).rejects.toMatchObject({
      code: 'unreachable',
      message: `${host} cannot be reached: what listens there does not speak TLS: try http://${host}.`,
    });
  });

  it('says that what answers is no Framewire server', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('<h1>Not Found</h1>'));
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = z.object({ port: z.int() }).parse(other.address());
    await expect(connect(`127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'no-websocket',
      message: `127.0.0.1:${port} answers with HTTP 404, and not as a Framewire server does.`,
    });
    other.close();
  });

  it('rejects when the server is full or speaks another version', async () => {
    await using full = await ScriptedServer.open({ welcome: null });
    const refused = connect(full.url);
    (await full.viewer()).close(CLOSE_CODES.tooManyViewers, 'Only 2 may watch.');
    await expect(refused).rejects.toMatchObject({ code: 'server-full', message: 'Only 2 may watch.' });

    await using newer = await ScriptedServer.open({ welcome: { protocol: 2 } });
    await expect(connect(newer.url)).rejects.toMatchObject({ code: 'refused', message: /version 2/ });
    await eventually(() => newer.viewers[0]?.isClosed, 'end of the connection');
  });

  it('waits for a server that comes later, when it was asked to', async () => {
    const gone = await ScriptedServer.open();
    await gone[Symbol.asyncDispose]();
    const waiting = connect(gone.url, { retry: true });
    await using server = await ScriptedServer.open({ port: gone.port });
    await using client = await waiting;
    expect(client.connection).toEqual({ state: 'open' });
    expect(server.viewers).toHaveLength(1);
  });
});

describe('subscriptions', () => {
  it('resolve with what the server chose', async () => {
    await using server = await ScriptedServer.open();
    await using client = await connect(server.url);
    const viewer = await server.viewer();
    const answer = client.subscribe({ stream: 'yard', quality: 60, maxWidth: 320, fps: 10 });
    expect(await viewer.control('subscribe')).toEqual({
      type: 'subscribe',
      stream: 'yard',
      quality: 60,
      maxWidth: 320,
      fps: 10,
    });
    viewer.agree('yard', { width: 320, height: 180 });
    expect(await answer).toMatchObject({ stream: 'yard', streamId: 1, rendition: { width: 320, height: 180 } });
    expect(client.subscribed).toEqual(await answer);
  });

  it('reject with code, message and hint of the server', async () => {
    await using server = await ScriptedServer.open();
    await using client = await connect(server.url);
    const viewer = await server.viewer();
    const answer = client.subscribe({ stream: 'nope' });
    await viewer.control('subscribe');
    viewer.say({ type: 'error', code: 'unknown-stream', message: 'No such stream.', hint: 'There is: gate.' });
    await expect(answer).rejects.toMatchObject({
      name: 'FramewireClientError',
      code: 'unknown-stream',
      message: 'No such stream.',
      hint: 'There is: gate.',
    });
  });

  it('report an error that nobody waits for as an event', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const error = new Promise(resolve => client.on('error', resolve));
    viewer.say({ type: 'error', code: 'bad-message', message: 'What?' });
    expect(await error).toMatchObject({ code: 'bad-message' });
  });

  it('change while frames come', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const answer = client.set({ quality: 80 });
    expect(await viewer.control('set')).toEqual({ type: 'set', quality: 80 });
    viewer.agree('gate', { quality: 80 });
    expect((await answer).rendition.quality).toBe(80);
  });

  it('are not answered by what the server changes by itself meanwhile', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const answer = client.set({ quality: 80 });
    await viewer.control('set');
    viewer.agree('gate', { quality: 20 }, 'link');
    viewer.agree('gate', { quality: 25 }, 'source');
    viewer.agree('gate', { quality: 80 });
    expect((await answer).rendition.quality).toBe(80);
  });

  it('resolve with the answer, and listeners hear what the link changed before and after it', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const heard: unknown[] = [];
    client.on('subscribed', ({ cause, rendition }) => heard.push([cause, rendition.quality]));
    const first = client.set({ quality: 80 });
    await viewer.control('set');
    const second = client.set({ quality: 70 });
    viewer.agree('gate', { quality: 20 }, 'link');
    viewer.agree('gate', { quality: 80 });
    viewer.agree('gate', { quality: 30 }, 'link');
    expect((await first).rendition.quality).toBe(80);
    // Only the answer lets the next question go.
    expect(await viewer.control('set', 2)).toEqual({ type: 'set', quality: 70 });
    viewer.agree('gate', { quality: 70 });
    expect((await second).rendition.quality).toBe(70);
    expect(heard).toEqual([
      ['link', 20],
      ['asked', 80],
      ['link', 30],
      ['asked', 70],
    ]);
  });

  it('are over after unsubscribe, whatever of the link was on its way', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const heard: unknown[] = [];
    client.on('subscribed', subscribed => heard.push(subscribed));
    const allCame = new Promise(resolve => client.on('error', resolve));
    client.unsubscribe();
    viewer.agree('gate', { quality: 20 }, 'link');
    viewer.say({ type: 'error', code: 'bad-message', message: 'What came before it has arrived too.' });
    await allCame;
    expect(client.subscribed).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it('tell what the server changed by itself, and how the source is', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const events: unknown[] = [];
    client.on('subscribed', subscribed => events.push(subscribed.rendition.width));
    client.on('source', source => events.push(source));
    viewer.agree('gate', { width: 1280 }, 'link');
    viewer.say({ type: 'source', stream: 'gate', state: 'lost', code: 'unplugged', reason: 'Unplugged.' });
    await eventually(() => events.length === 2, 'two events');
    expect(events).toEqual([1280, { stream: 'gate', state: 'lost', code: 'unplugged', reason: 'Unplugged.' }]);
    expect(client.streams[0]?.source).toEqual({ state: 'lost', code: 'unplugged', reason: 'Unplugged.' });
  });
});

describe('a server that talks nonsense', () => {
  it('costs an error event for each message and nothing else', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const codes: string[] = [];
    client.on('error', error => codes.push(error.code));
    const frames = framesOf(client);
    viewer.raw('{');
    viewer.raw('{"type":"surprise"}');
    viewer.raw('{"type":"subscribed","stream":7}');
    viewer.welcome();
    viewer.raw(new Uint8Array(0));
    viewer.raw(new Uint8Array([9, 9, 9]));
    viewer.raw(new Uint8Array(32).fill(3, 0, 1));
    viewer.frame(1);
    await eventually(() => frames.length === 1, 'frame');
    expect(codes).toEqual(Array.from({ length: 7 }, () => 'bad-server-message'));
  });
});

describe('close', () => {
  it('rejects what waits, stops everything and can be called again', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    const states = statesOf(client);
    const waiting = client.set({ quality: 1 });
    client.close();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(client.subscribe()).rejects.toMatchObject({ code: 'closed' });
    expect(states).toEqual([{ state: 'closed', code: 'closed', reason: 'The client was closed.' }]);
    await eventually(() => viewer.isClosed, 'end of the connection');
  });

  it('ends the waiting for a reconnect', async () => {
    const server = await ScriptedServer.open();
    const client = await connect(server.url);
    const states = statesOf(client);
    await server[Symbol.asyncDispose]();
    await eventually(() => states.length > 0, 'lost connection');
    client.close();
    await using again = await ScriptedServer.open({ port: server.port });
    const other = await connect(again.url);
    other.close();
    expect(again.viewers).toHaveLength(1);
  });

  it('ends an attempt that has not come to anything', async () => {
    await using server = await ScriptedServer.open({ welcome: null });
    const client = new FramewireClient(server.url);
    const viewer = await server.viewer();
    client.close();
    await eventually(() => viewer.isClosed, 'end of the connection');
    expect(client.connection.state).toBe('closed');
  });
});
