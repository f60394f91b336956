import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { isRunning, childrenOf } from '../support/processes.js';
import { run } from '../support/run.js';
import { Viewer } from '../support/server/viewer.js';

const main = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Nobody writes to it, so whoever opens it hangs in the kernel. */
function blockedFile(name: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'framewire-')), name);
  const made = spawnSync('mkfifo', [file]);
  if (made.status !== 0) throw new Error(`There is no fifo: ${made.stderr.toString()}`);
  return file;
}

it('a server that is stopped while its sources hang at the start says goodbye and exits with 0', async () => {
  const port = await freePort();
  const sources = ['a', 'b', 'c'].flatMap(name => ['--source', `${name}=${blockedFile(name)}`]);
  await using server = run(process.execPath, [main, ...sources, '--port', String(port)]);
  const viewer = await eventually(() => Viewer.open(`http://127.0.0.1:${port}`).catch(() => undefined), 'server');
  const engines = await eventually(() => {
    const children = childrenOf(server.pid);
    return children.length === 3 && children;
  }, 'engines');
  const exit = await server.stop();
  expect(server.output()).toBe('');
  expect(exit).toEqual({ code: 0, signal: null, forced: false });
  expect((await viewer.closed).code).toBe(CLOSE_CODES.goingAway);
  expect(engines.some(isRunning)).toBe(false);
});

// npm passes signals on to the shell that it runs a script with; a shell that only waits would die of them alone.
it.for<[string, (pid: number) => boolean]>([
  ['SIGTERM to npm', (pid: number) => process.kill(pid, 'SIGTERM')],
  // A terminal sends it to all in the foreground, and npm to the server once more.
  ['Ctrl+C', (pid: number) => process.kill(-pid, 'SIGINT')],
])('a server that came from `npm start` says goodbye after %s', async ([, stop]) => {
  await using npm = run('npm', ['start', '--', '--source', 'test', '--port', '0'], { cwd: root });
  const [, url = ''] = await npm.waitForOutput(/Open: +(http:\S+:\d+)/);
  const viewer = await Viewer.open(url);
  stop(npm.pid);
  expect((await viewer.closed).code).toBe(CLOSE_CODES.goingAway);
  expect(await npm.exited).toMatchObject({ code: 0 });
  expect(npm.output()).toMatch(/"msg":"Stopped\."}\n$/);
});
