import { afterEach, expect, it, vi } from 'vitest';
import { ViewPipeline } from '../../../client/src/pipeline/view-pipeline.js';
import type { ViewStatus } from '../../../client/src/pipeline/view-status.js';
import { eventually } from '../../support/eventually.js';
import { ScriptedServer } from '../../support/server/scripted-server.js';

afterEach(() => {
  vi.useRealTimers();
});

const SEEN = { isPaused: false, isHidden: false };

/** A view whose server has gone and come back, while time stands still: it tries again only when it has a reason. */
async function waitingView(): Promise<{ pipeline: ViewPipeline; server: ScriptedServer; statuses: ViewStatus[] }> {
  const before = await ScriptedServer.open();
  const statuses: ViewStatus[] = [];
  const start = { server: before.url, token: undefined, watch: { stream: 'gate' }, flow: SEEN, canvas: undefined };
  const pipeline = new ViewPipeline({ type: 'start', ...start }, message => {
    if (message.type === 'status') statuses.push(message.status);
  });
  await (await before.viewer()).control('subscribe');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await before[Symbol.asyncDispose]();
  await eventually(() => statuses.at(-1)?.state === 'reconnecting', 'lost connection');
  return { pipeline, statuses, server: await ScriptedServer.open({ port: before.port }) };
}

it.each([
  { reason: 'looks again', flows: [{ ...SEEN, isPaused: true }, SEEN] },
  { reason: 'has a network again', flows: [SEEN] },
])('reconnects at once when somebody $reason', async ({ flows }) => {
  const { pipeline, server } = await waitingView();
  await using _ = server;
  for (const flow of flows) pipeline.receive({ type: 'flow', flow });
  await (await server.viewer()).control('subscribe');
  expect(server.viewers).toHaveLength(1);
});

it.each([{ isPaused: true }, { isHidden: true }])('waits on while nobody looks: %o', async change => {
  const { pipeline, server, statuses } = await waitingView();
  await using _ = server;
  const before = [...statuses];
  pipeline.receive({ type: 'flow', flow: { ...SEEN, ...change } });
  expect(statuses).toEqual(before);
  expect(statuses.at(-1)).toMatchObject({ state: 'reconnecting', attempt: 1 });
});
