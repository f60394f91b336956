import { describe, expect, it } from 'vitest';
import { childrenOf } from '../../support/processes.js';
import { startServer, type Server } from '../../support/server/server.js';
import { Viewer } from '../../support/server/viewer.js';

function engineOf(server: Server): number {
  const [pid, ...others] = childrenOf(server.pid);
  if (pid === undefined || others.length > 0) throw new Error('There is not one engine.');
  return pid;
}

describe('the engine process', () => {
  it.each([
    ['killed', 'SIGKILL', 'engine-crashed'],
    ['hung', 'SIGSTOP', 'engine-hung'],
  ] as const)('is replaced when it is %s; viewers stay and see why', async (_, signal, code) => {
    await using server = await startServer(['--source', 'yard=test', '--size', '320x240']);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(3);
    const before = engineOf(server);
    process.kill(before, signal);

    const lost = await viewer.message('source', ({ state }) => state === 'lost');
    expect(lost).toMatchObject({ stream: 'yard', code });
    const placeholder = await viewer.until(
      () => viewer.frames.find(({ header }) => header?.placeholder === true),
      'placeholder',
    );
    expect(placeholder.header).toMatchObject({ width: 320, height: 240, codec: 'jpeg' });

    await viewer.nextMessage('source', ({ state }) => state === 'live');
    await viewer.nextPicture();
    expect(engineOf(server)).not.toBe(before);
    // Numbers never fall, or acknowledgements and gaps would mean nothing.
    const seqs = viewer.frames.map(({ header }) => header?.seq ?? 0);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('keeps the other streams running', async () => {
    await using server = await startServer(['--source', 'a=test', '--source', 'b=test', '--size', '320x240']);
    await using a = await Viewer.open(server.url, { subscribe: { stream: 'a' } });
    await using b = await Viewer.open(server.url, { subscribe: { stream: 'b' } });
    await Promise.all([a.nextFrames(2), b.nextFrames(2)]);
    const [first] = childrenOf(server.pid);
    if (first === undefined) throw new Error('There is no engine.');
    process.kill(first, 'SIGKILL');
    const hit = await Promise.race(
      [a, b].map(async viewer => {
        await viewer.message('source', ({ state }) => state === 'lost');
        return viewer;
      }),
    );
    const other = hit === a ? b : a;
    await other.nextFrames(10);
    expect(other.messages.some(message => message.type === 'source' && message.state === 'lost')).toBe(false);
  });
});
