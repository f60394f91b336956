import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { run } from './run.js';

const node = (script: string) => run(process.execPath, ['-e', script]);

describe('a child process of a test', () => {
  it('is waited for by what it prints, in whatever pieces', async () => {
    await using child = node(
      `process.stdout.write('port 12'); setTimeout(() => console.log('34;'), 20); setInterval(() => {}, 1e6)`,
    );
    expect((await child.waitForOutput(/port (\d+);/))[1]).toBe('1234');
  });

  it('rejects the wait with its output when it ends first', async () => {
    await using child = node(`console.error('no camera'); process.exitCode = 3`);
    const failure = child.waitForOutput(/port/);
    await expect(failure).rejects.toMatchObject({ exit: { code: 3 }, output: 'no camera\n' });
  });

  it('is killed when it does not go by itself', async () => {
    await using child = node(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1e6)`);
    await child.waitForOutput(/up/);
    expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL', forced: true });
  });

  it('takes what it started with it', async () => {
    const child = node(`
      const grandchild = require('node:child_process').spawn('sleep', ['60']);
      console.log('started ' + grandchild.pid + ';');
      setInterval(() => {}, 1e6);
    `);
    const [, pid] = await child.waitForOutput(/started (\d+);/);
    await child.stop();
    expect(await eventually(() => !isRunning(Number(pid)), 'end of the grandchild')).toBe(true);
  });

  it('ends with 127 when there is no such program', async () => {
    expect(await run('/no/such/program', []).exited).toMatchObject({ code: 127 });
  });
});

/** A zombie that its new parent has not collected yet does not run any more. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
