import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { describe, expect, it } from 'vitest';
import { connect } from '../../client/src/client.js';
import { eventually } from '../support/eventually.js';
import { ScriptedServer } from '../support/server/scripted-server.js';
import { framesOf, synced, watching } from './watching.js';

describe('frames', () => {
  it('arrive with header, payload and age', async () => {
    await using server = await ScriptedServer.open({ clockMs: 1e9 });
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = framesOf(client);
    await synced(client);
    viewer.frame(7, { ageMs: 40 }, new Uint8Array([255, 216, 3]));
    viewer.frame(11, { ageMs: 40 });
    await eventually(() => frames.length === 2, 'two frames');
    expect(frames[0]).toMatchObject({ seq: 7, width: 640, missed: 0, payload: new Uint8Array([255, 216, 3]) });
    expect(frames[1]).toMatchObject({ seq: 11, missed: 3 });
    expect(frames[0]?.ageMs).toBeGreaterThan(40 - (client.stats().clock.rttMs ?? NaN));
  });

  it('are acknowledged with every field', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    client.on('frame', frame => {
      client.drawn(frame, frame.receivedAt + 12);
      client.report({ decodeQueue: 1, hidden: true, dropped: 2, decodeError: true });
    });
    viewer.frame(1);
    viewer.frame(2);
    const [first, second] = [await viewer.ack(1), await viewer.ack(2)];
    const nothing = {
      hidden: false,
      decodeError: false,
      needsKey: false,
      held: 'none',
      decodeQueue: 0,
      clientDropped: 0,
    };
    expect(first).toMatchObject({ ...nothing, seq: 1, drawnSeq: 0, drawLagMs: 0 });
    const something = { hidden: true, decodeError: true, decodeQueue: 1, clientDropped: 2 };
    expect(second).toMatchObject({ ...something, seq: 2, drawnSeq: 1, drawLagMs: 12 });
    expect(second.receivedAt).toBeGreaterThanOrEqual(first.receivedAt);
    expect(second.payloadMs).toBeGreaterThanOrEqual(0);
  });

  it('are acknowledged together where the server says that this is enough', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = framesOf(client);
    viewer.frame(1);
    viewer.say({ type: 'acks', every: 3, slowMs: 60_000 });
    for (const seq of [2, 3, 4, 5]) viewer.frame(seq);
    // The last one is owed as soon as the server wants more of them.
    viewer.say({ type: 'acks', every: 1, slowMs: 0 });
    expect((await viewer.ack(3)).seq).toBe(5);
    expect(viewer.acks.map(({ seq }) => seq)).toEqual([1, 4, 5]);
    expect(frames).toHaveLength(5);
  });

  it('are acknowledged once more where the server wants to know that none has come since', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    viewer.frame(1);
    viewer.say({ type: 'acks', every: 16, slowMs: 60_000, silenceMs: 1 });
    viewer.frame(2);
    expect([(await viewer.ack(2)).seq, (await viewer.ack(3)).seq]).toEqual([2, 2]);
    client.report({ dropped: 2 });
    await viewer.ack(4);
    // What the viewer has to tell comes with the next frame, and not with those that were there before.
    viewer.frame(3);
    await eventually(() => viewer.acks.some(({ seq }) => seq === 3), 'an acknowledgement of the third');
    const [last] = viewer.acks.filter(({ seq }) => seq === 3);
    expect(last?.clientDropped).toBe(2);
  });

  it('of a stream watched before are acknowledged and not shown', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = framesOf(client);
    const answer = client.subscribe({ stream: 'yard' });
    viewer.frame(1, { stream: 0 });
    await viewer.control('subscribe', 2);
    viewer.agree('yard');
    await answer;
    viewer.frame(2, { stream: 1 });
    await viewer.ack(2);
    expect(frames.map(frame => frame.seq)).toEqual([2]);
    expect(client.stats()).toMatchObject({ received: 2, dropped: { client: 1 } });
  });

  it('that were on their way when it paused are not shown', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = framesOf(client);
    client.pause();
    viewer.frame(1);
    await viewer.ack(1);
    expect(frames).toEqual([]);
    expect(client.paused).toBe(true);
  });

  it('are skipped by a slow loop, which gets the newest, and counted', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    await using _ = client;
    const frames = client.frames();
    viewer.frame(1);
    const seqs: number[] = [];
    for await (const { seq } of frames) {
      seqs.push(seq);
      if (seqs.length === 3) break;
      // While the loop is busy with this one, three more come.
      for (const more of [1, 2, 3]) viewer.frame(seq + more);
      await viewer.ack(seq + 3);
    }
    expect(seqs).toEqual([1, 4, 7]);
    expect(client.stats()).toMatchObject({ received: 7, dropped: { client: 4 } });
    viewer.frame(8);
    await viewer.ack(8);
    expect(viewer.acks.reduce((sum, ack) => sum + ack.clientDropped, 0)).toBe(4);
  });

  it('end a loop when the client is closed, and throw in it when the server refuses', async () => {
    await using server = await ScriptedServer.open();
    const { client, viewer } = await watching(server);
    const loop = (async () => {
      for await (const frame of client.frames()) void frame;
    })();
    client.close();
    await loop;
    await eventually(() => viewer.isClosed, 'end of the connection');

    const other = await connect(server.url);
    const next = other.frames().next();
    (await server.viewer(1)).close(CLOSE_CODES.badMessages, 'Nonsense.');
    await expect(next).rejects.toMatchObject({ code: 'refused', message: 'Nonsense.' });
    await expect(other.frames().next()).rejects.toMatchObject({ code: 'refused' });
  });

  it('count for the figures, capture -> draw included', async () => {
    await using server = await ScriptedServer.open({ clockMs: -5e8 });
    const { client, viewer } = await watching(server);
    await using _ = client;
    await synced(client);
    client.on('frame', frame => client.drawn(frame, frame.receivedAt + 10));
    viewer.frame(1, { ageMs: 30, encodeUs: 4000 });
    viewer.say({
      type: 'stats',
      captured: 9,
      sent: 1,
      sentBytes: 42,
      dropped: { rate: 1, superseded: 2, skipped: 5 },
      link: { bitsPerSecond: 4.8e6, rttMs: 40, queueMs: 2, rung: 3, rungs: 11, latencyBudgetMs: 100 },
      viewerFps: 10,
      viewers: 4,
    });
    await eventually(() => client.stats().viewers, 'report of the server');
    const { latencyMs, ...stats } = client.stats();
    expect(stats).toMatchObject({
      received: 1,
      captured: 9,
      viewerFps: 10,
      dropped: { rate: 1, superseded: 2, skipped: 5, client: 0 },
    });
    expect(latencyMs.encode?.p50).toBe(4);
    expect(latencyMs.draw?.p50).toBeCloseTo(10, 6);
    expect(latencyMs.received?.p50).toBeGreaterThan(30 - (stats.clock.rttMs ?? NaN));
    expect(latencyMs.total?.p50).toBeCloseTo((latencyMs.received?.p50 ?? NaN) + 10, 0);
  });
});
