import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { ScriptedServer } from '../../support/server/scripted-server.js';
import { framesOf, statesOf, synced, watching } from '../watching.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('a connection that breaks', () => {
  it('is made again, and the subscription with everything that was changed', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const states = statesOf(client);
    const frames = framesOf(client);
    const answer = client.set({ maxWidth: 320 });
    await viewer.control('set');
    viewer.agree('gate', { width: 320 });
    await answer;
    viewer.terminate();
    const again = await server.viewer(1);
    expect(await again.control('subscribe')).toEqual({ type: 'subscribe', stream: 'gate', quality: 40, maxWidth: 320 });
    again.agree('gate', { width: 320 });
    again.frame(1);
    await eventually(() => frames.length === 1, 'frame after the reconnect');
    expect(states.map(state => state.state)).toEqual(['reconnecting', 'reconnecting', 'open']);
    expect(states[0]).toMatchObject({ attempt: 1, code: 'connection-lost' });
    expect(states[1]).toMatchObject({ attempt: 1, retryInMs: 0 });
  });

  it('keeps a pause, and asks for nothing until it ends', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    client.pause();
    await viewer.control('pause');
    viewer.close(CLOSE_CODES.goingAway);
    const again = await server.viewer(1);
    await eventually(() => again.pings > 0, 'clock sample');
    expect(again.controls.map(message => message.type)).toEqual(['hello']);
    client.resume();
    await again.control('subscribe');
  });

  it('is told with its reason, and tried more and more seldom', async () => {
    const server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const states = statesOf(client);
    viewer.close(CLOSE_CODES.goingAway, 'The server stops.');
    await server[Symbol.asyncDispose]();
    await eventually(
      () => states.some(state => state.state === 'reconnecting' && state.attempt === 3),
      'third attempt',
    );
    expect(states[0]).toMatchObject({ code: 'server-stopped', reason: 'The server stops.', attempt: 1 });
    const waits = states.flatMap(state =>
      state.state === 'reconnecting' && state.retryInMs > 0 ? state.retryInMs : [],
    );
    expect(waits).toHaveLength(3);
    [500, 1000, 2000].forEach((longest, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(longest / 2);
      expect(waits[i]).toBeLessThanOrEqual(longest);
    });
  });

  it('is made again at once when that is asked for while it waits', async () => {
    const server = await ScriptedServer.open();
    const { client } = await watching(server);
    await using _ = client;
    const states = statesOf(client);
    client.retryNow();
    // Time stands still: nothing is tried that nobody asks for.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await server[Symbol.asyncDispose]();
    await eventually(() => states.length === 1, 'lost connection');
    await using again = await ScriptedServer.open({ port: server.port });
    client.retryNow();
    client.retryNow();
    await (await again.viewer()).control('subscribe');
    expect(states.map(({ state }) => state)).toEqual(['reconnecting', 'reconnecting', 'open']);
    expect(again.viewers).toHaveLength(1);
  });

  it('aligns the clocks anew, because a restarted server has another one', async () => {
    const server = await ScriptedServer.open({ clockMs: 1e6 });
    const { client } = await watching(server);
    await using _ = client;
    await synced(client);
    await server[Symbol.asyncDispose]();
    await eventually(() => !client.stats().clock.synced, 'end of the connection');
    await using restarted = await ScriptedServer.open({ port: server.port, clockMs: -4e7 });
    const again = await restarted.viewer();
    await again.control('subscribe');
    again.agree();
    await synced(client);
    const frames = framesOf(client);
    again.frame(1, { ageMs: 20 });
    const frame = await eventually(() => frames[0], 'frame');
    expect(frame.ageMs).toBeGreaterThan(20 - (client.stats().clock.rttMs ?? NaN));
    expect(frame.ageMs).toBeLessThan(20_000);
  });

  it('leaves what was drawn before it out of the acknowledgements after it', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = framesOf(client);
    viewer.frame(50);
    const old = await eventually(() => frames[0], 'frame');
    viewer.terminate();
    const again = await server.viewer(1);
    await again.control('subscribe');
    again.agree();
    client.drawn(old);
    again.frame(1);
    expect(await again.ack(1)).toMatchObject({ seq: 1, drawnSeq: 0, drawLagMs: 0 });
  });

  it('reports a subscription that the restarted server no longer grants', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const error = new Promise(resolve => client.on('error', resolve));
    viewer.terminate();
    const again = await server.viewer(1);
    await again.control('subscribe');
    again.say({ type: 'error', code: 'unknown-stream', message: 'No such stream.' });
    expect(await error).toMatchObject({ code: 'unknown-stream' });
    expect(client.subscribed).toBeUndefined();
  });

  it('is noticed when the server only falls silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true });
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const states = statesOf(client);
    const passes = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));
    viewer.answersPings = false;
    await passes(14_000);
    expect(states).toEqual([]);
    await passes(12_000);
    expect(states[0]).toMatchObject({ state: 'reconnecting', code: 'no-answer' });
  });
});
