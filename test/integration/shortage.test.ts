import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { childrenOf } from '../support/processes.js';
import { run } from '../support/run.js';
import { main, startServer } from '../support/server.js';
import { Viewer } from '../support/viewer.js';

const SOURCE = ['--source', 'test', '--size', '320x240'];

/** How many files a running process may have open. */
function limitFiles(pid: number, most: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:4096`]);
}

describe.skipIf(process.platform !== 'linux')('a server that is short of descriptors', () => {
  it('from the start ends with a sentence', async () => {
    const start = run('sh', ['-c', 'ulimit -n 48; exec "$@"', 'sh', process.execPath, main, ...SOURCE, '--port', '0']);
    await using ended = start;
    expect(await ended.exited).toMatchObject({ code: 3 });
    expect(start.output()).toBe(
      'This process may not have as many files open as Framewire needs to start.\nRaise the limit: ulimit -n 1024 [too-few-files]\n',
    );
  });

  it('keeps its viewers when its engine cannot be started, says why, and heals', { timeout: 30_000 }, async () => {
    await using server = await startServer(SOURCE);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(2);
    limitFiles(server.pid, 10);
    const [engine = 0] = childrenOf(server.pid);
    process.kill(engine, 'SIGKILL');
    const lost = await viewer.message(
      'source',
      ({ state, ...rest }) => state === 'lost' && JSON.stringify(rest).includes('could not be started'),
    );
    const reason =
      'The engine could not be started: this server has as many files and connections open as it may have. It is started again.';
    expect(lost).toMatchObject({ code: 'engine-crashed', reason });
    limitFiles(server.pid, 4096);
    await viewer.nextFrames(5, 20_000);
    expect(viewer.isOpen).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux')('a server that was stopped for a while', () => {
  it('finds its engine healthy, and shows nothing old', { timeout: 30_000 }, async () => {
    await using server = await startServer(SOURCE);
    await using viewer = await Viewer.open(server.url);
    await viewer.nextFrames(2);
    const engines = childrenOf(server.pid);
    process.kill(server.pid, 'SIGSTOP');
    await sleep(5000);
    process.kill(server.pid, 'SIGCONT');
    await viewer.nextFrames(20);
    expect(childrenOf(server.pid)).toEqual(engines);
    expect(viewer.messages.filter(({ type }) => type === 'source').length).toBeLessThanOrEqual(2);
  });
});
