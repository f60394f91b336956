import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { childrenOf } from '../support/processes.js';
import { DEBIAN_PYTHON, missing, skipBecause } from '../support/requires.js';
import { run } from '../support/run.js';
import { MAIN, startServer } from '../support/server/server.js';

/** systemd's end: Node has no datagrams on Unix sockets. */
const LISTEN = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1].replace("@", "\\0"))
print("listening", flush=True)
while True:
    print(heard.recv(4096).decode(), flush=True)
`;

const WITHOUT_KOFFI = new URL('../support/server/without-koffi.mjs', import.meta.url).href;

it.for([
  ['a path', path.join(tmpdir(), `framewire-${randomUUID()}`)],
  ['an abstract name', `@framewire-${randomUUID()}`],
] as const)(
  'systemd hears at %s when the server serves, that it is alive, and that it stops',
  async ([, name], context) => {
    skipBecause(context, missing('python3', 'koffi'));
    await using manager = run(DEBIAN_PYTHON, ['-c', LISTEN, name]);
    await manager.waitForOutput(/^listening\n/);
    const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: '200000' };
    await using server = await startServer(['--source', 'test', '--grace', 'never'], { env });
    await manager.waitForOutput(/^listening\nREADY=1\nWATCHDOG=1\nWATCHDOG=1\n/);
    const [engine] = await eventually(() => {
      const children = childrenOf(server.pid);
      return children.length > 0 && children;
    }, 'engine');
    const environment = readFileSync(`/proc/${engine}/environ`, 'utf8');
    expect(environment).toContain('PATH=');
    expect(environment).not.toMatch(/NOTIFY_SOCKET|WATCHDOG_/);
    await server.stop();
    await manager.waitForOutput(/WATCHDOG=1\nSTOPPING=1\n$/);
    expect(server.output()).not.toContain('"level":"warn"');
  },
);

it.each([
  ['without koffi', { NODE_OPTIONS: `--import ${WITHOUT_KOFFI}` }, 'koffi'],
  ['that does not listen', {}, /nowhere takes no message|koffi/],
])('a server under systemd %s serves, with one line about it', async (_how, env, says) => {
  const name = path.join(tmpdir(), 'nowhere');
  await using server = await startServer(['--source', 'test'], {
    env: { ...env, NOTIFY_SOCKET: name, WATCHDOG_USEC: '20000' },
  });
  expect((await fetch(`${server.url}/snapshot.jpg`)).status).toBe(200);
  await server.stop();
  const warnings = server.output().match(/"level":"warn".*/g);
  expect(warnings).toHaveLength(1);
  expect(warnings?.[0]).toMatch(says);
});

describe('a socket that systemd has listened on', () => {
  /** Like a unit with a socket: what it starts is started by the first connection. */
  const activate = (listen: string, ...args: string[]) => {
    const state = `XDG_STATE_HOME=${mkdtempSync(path.join(tmpdir(), 'framewire-activated-'))}`;
    const command = [process.execPath, MAIN, '--source', 'test', '--size', '320x240', ...args];
    return run('systemd-socket-activate', ['--listen', listen, '--setenv', state, ...command]);
  };
  const ask = (url: string) => eventually(() => fetch(url).catch(() => undefined), 'answer of whoever was started');

  it('of this machine is served to whoever connected before there was a server', async context => {
    skipBecause(context, missing('systemd'));
    const port = await freePort();
    await using server = activate(`127.0.0.1:${port}`);
    expect((await ask(`http://127.0.0.1:${port}/snapshot.jpg`)).headers.get('content-type')).toBe('image/jpeg');
    await server.waitForOutput(new RegExp(`Open: +http://127.0.0.1:${port}/\\n[^]*Only this machine can watch`));
  });

  it('of all addresses wants a token, whatever the settings say of a host', async context => {
    skipBecause(context, missing('systemd', 'IPv6 on the loopback'));
    const port = await freePort();
    await using server = activate(`[::]:${port}`, '--host', '127.0.0.1', '--port', '9');
    expect((await ask(`http://127.0.0.1:${port}/snapshot.jpg`)).status).toBe(401);
    const [, token = ''] = await server.waitForOutput(new RegExp(`Open: +http://127.0.0.1:${port}/\\?token=([\\w-]+)`));
    expect((await ask(`http://127.0.0.1:${port}/snapshot.jpg?token=${token}`)).status).toBe(200);
  });
});
