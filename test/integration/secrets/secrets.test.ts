import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERRORS } from '../../../server/src/errors.js';
import { eventually } from '../../support/eventually.js';
import { childrenOf } from '../../support/processes.js';
import { EarlyExit, startServer, type Server } from '../../support/server/server.js';
import { GuardedFolder, wrongSettings } from './guarded-folder.js';
import { Listener } from './listener.js';

/** Refusals that are not provoked here: broken drivers, machines without something, or minutes of load have them. */
const NOT_HERE = new Set([
  ...['port-denied', 'too-few-files', 'source-busy', 'source-unplugged', 'source-stalled', 'source-ended'],
  ...[
    'transform-unusable',
    'source-size',
    'source-rate',
    'opencv-missing',
    'transform-failed',
    'engine-crashed',
    'engine-hung',
  ],
  ...['too-many-connections', 'too-many-sizes', 'shape-changed', 'too-many-snapshots', 'server-stopping'],
  ...['source-denied', 'source-unreadable', 'source-not-understood', 'no-frame', 'internal-error'],
]);

const folder = new GuardedFolder();
const { secrets } = folder;
const owner = folder.tokenOf('owner');
const anna = folder.tokenOf('anna');
const ended = folder.tokenOf('bob');
const carl = folder.tokenOf('carl');
const link = folder.tokenOf('link');
const dora = folder.tokenOf('dora');
const MOST_VIEWERS = 8;
const WRONG = 'fw_a-wrong-one-4717';

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const basic = (token: string) => ({ headers: { Authorization: `Basic ${btoa(`any:${token}`)}` } });
const page = { headers: { Accept: 'text/html' } };

let server: Server;
let listener: Listener;

beforeAll(async () => {
  const args = ['--config', folder.settings, '--auth', 'token', '--max-viewers', String(MOST_VIEWERS), '--verbose'];
  server = await startServer(args, { env: folder.environment });
  listener = new Listener(`127.0.0.1:${server.port}`);
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
});

/** What holds a secret, of all that was said. */
function leaks(heard: ReadonlyMap<string, string>): string[] {
  return [...heard].flatMap(([where, said]) =>
    Object.entries(secrets).flatMap(([what, secret]) => {
      const at = said.indexOf(secret);
      return at < 0 ? [] : [`${what}, at ${where}: ${said.slice(Math.max(0, at - 100), at + 100)}`];
    }),
  );
}

async function askEverything(): Promise<void> {
  const paths = [
    ...['/', '/api/streams', '/api/access', '/metrics', '/healthz', '/readyz', '/readyz?stream=gate', '/nowhere'],
    ...['/readyz?stream=by%20variable', '/snapshot.jpg?stream=as%20written', '/snapshot.jpg?stream=nowhere', '/ws'],
    ...['/video_feed?stream=by%20credential', '/video_feed?quality=0', '/sign-in.html', '/ca.crt', '/trust', '/%zz'],
  ];
  for (const path of paths) {
    for (const init of [{}, page, bearer(owner), basic(owner), bearer(anna), bearer(ended), bearer(link)]) {
      await listener.ask(path, init);
    }
    const more = path.includes('?') ? '&' : '?';
    for (const token of [owner, link, ended]) await listener.ask(`${path}${more}token=${token}`, page);
    await listener.ask(`${path}${more}token=${owner}&token=${anna}`, page);
  }
  for (const token of [anna, carl])
    await listener.ask('/api/shares?stream=nowhere&hours=1', { method: 'POST', ...bearer(token) });
  await listener.ask('/api/streams', { method: 'DELETE', ...bearer(owner) });
}

async function watchEverything(): Promise<void> {
  const hello = (token: string, protocol = 1) => JSON.stringify({ type: 'hello', protocol, token });
  const subscribe = (wish: object) => JSON.stringify({ type: 'subscribe', ...wish });
  const there = subscribe({ stream: 'gate' });
  for (const token of [owner, anna, dora, ended, link]) {
    const asPage = { headers: { ...basic(token).headers, Origin: 'http://evil.example' } };
    await Promise.all([
      listener.watch(`subprotocol ${token}`, [there], { token }),
      listener.watch(`address ${token}`, [there], { query: `?token=${token}` }),
      listener.watch(`header ${token}`, [there], bearer(token)),
      listener.watch(`page ${token}`, [there], asPage),
      listener.watch(`hello ${token}`, [hello(token), there]),
      listener.watch(`too late ${token}`, [there, hello(token)]),
      listener.watch(`another protocol ${token}`, [hello(token, 99)], { token: owner }),
    ]);
  }
  const wrong = ['nonsense', `{"type":"hello","token":"${owner}`, `{"token":"${owner}"}`, `{"type":"${owner}"}`];
  const unfit = [subscribe({ stream: 'nowhere' }), subscribe({ codec: 'h264' }), subscribe({ stream: 'as written' })];
  for (const message of [...wrong, ...unfit, hello(WRONG), JSON.stringify({ type: 'set', fps: 3 })]) {
    await listener.watch(`message ${message}`, [message], { token: owner });
    await listener.watch(`first message ${message}`, [message]);
  }
  const crowd = Array.from({ length: MOST_VIEWERS + 2 }, (_, i) => `viewer ${i}`);
  await Promise.all(crowd.map(name => listener.watch(name, [there], { token: owner })));
}

async function sayEverything(): Promise<void> {
  const head = (lines: string) =>
    `GET /?token=${owner} HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer ${owner}\r\n${lines}`;
  await Promise.all([
    listener.say('half a request', head('')),
    listener.say('a long request', head(`Cookie: ${'x'.repeat(20_000)}\r\n\r\n`)),
    listener.say('no HTTP', `${owner}\r\n\r\n`),
    listener.say('two hosts', head('Host: other\r\n\r\n')),
    listener.say('many requests', head('\r\n').replace('/?', '/snapshot.jpg?').repeat(40)),
  ]);
}

/** Settings that are wrong where a secret stands. */
async function reloadEverything(): Promise<void> {
  for (const [i, settings] of wrongSettings(secrets).entries()) {
    folder.write(settings);
    await listener.ask('/api/reload', { method: 'POST', ...bearer(owner) });
    const before = server.output().length;
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => server.output().slice(before).includes('stay as they were'), `word of settings ${i}`);
  }
  const watching = ['gate', 'by variable'].map(name =>
    listener.watch(`settings of ${name} that change`, [JSON.stringify({ type: 'subscribe', stream: name })], {
      token: owner,
      isPatient: true,
    }),
  );
  await eventually(() => listener.heard.get('settings of by variable that change')?.includes('source'), 'viewers');
  folder.write('streams:\n  gate: {source: test, size: 640x480}\n');
  process.kill(server.pid, 'SIGHUP');
  await Promise.all(watching);
}

/** Starts a server that ends at once. */
async function fail(args: readonly string[], env = folder.environment): Promise<void> {
  const said = await startServer(args, { env }).then(
    started => started.stop().then(() => 'It started.'),
    (error: unknown) => (error instanceof EarlyExit ? error.output : String(error)),
  );
  listener.hear(`start ${args.join(' ')}`, said);
}

async function failEverything(): Promise<void> {
  const config = ['--config', folder.settings];
  const url = `rtmp://${secrets['name in a URL']}:${secrets['password in a URL']}@127.0.0.1/live`;
  const noState = { ...folder.environment, XDG_STATE_HOME: folder.settings };
  const shortToken = { ...folder.environment, FRAMEWIRE_TOKEN: secrets['token too short'] ?? '' };
  await Promise.all([
    fail([...config, '--port', String(server.port)]),
    fail([...config, '--host', url]),
    fail([...config, '--tls-cert', folder.certificate, '--tls-key', folder.foreignKey()]),
    fail([...config, '--tls-cert', folder.key, '--tls-key', folder.key]),
    fail(['--token', owner]),
    fail(['--source', url]),
    fail(['--source', '/nowhere/yard-video.mp4']),
    fail(['--source', folder.settings]),
    fail([...config, '--auth', 'token'], noState),
    fail([...config, '--auth', 'token'], shortToken),
  ]);
  for (const args of [
    ['token', 'list'],
    ['check-config', folder.settings],
    ['token', 'remove', owner],
  ]) {
    listener.hear(args.join(' '), folder.command(...args));
  }
  listener.hear('health', folder.command('health'));
}

/** Secrets on the command line, for this machine only and under TLS. */
async function visitOpenServer(): Promise<void> {
  const source = `http://${secrets['name in a URL']}:${secrets['password in a URL']}@127.0.0.1:9/?key=${secrets['query of a URL']}`;
  const tls = ['--tls-cert', folder.certificate, '--tls-key', folder.key];
  // Without the users of the other, it is open.
  const env = { ...folder.environment, XDG_STATE_HOME: join(folder.root, 'another') };
  await using open = await startServer(['--source', `gate=${source}`], { env });
  await using secure = await startServer(['--source', `gate=${source}`, '--auth', 'token', ...tls], {
    env: folder.environment,
  });
  const here = new Listener(`127.0.0.1:${open.port}`);
  for (const line of ['Host: evil.example', 'Host: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.1']) {
    await here.say(line, `GET /?token=${owner} HTTP/1.1\r\n${line}\r\nConnection: close\r\n\r\n`);
  }
  await here.watch('a foreign page', [], { headers: { Origin: 'http://evil.example' } });
  const there = new Listener(`127.0.0.1:${secure.port}`);
  // What is sent to https keeps its token, or nobody would be let in there.
  await there.ask('/api/shares', { method: 'POST' });
  await there.watch('no TLS', [], { token: owner });
  for (const [where, said] of [...here.heard, ...there.heard]) listener.hear(where, said);
  for (const started of [open, secure, server]) {
    listener.hear(`server ${started.pid}`, started.output());
    for (const pid of [started.pid, ...childrenOf(started.pid)]) {
      listener.hear(`ps ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    }
  }
}

it('nothing that a server says to anybody has a secret in it, whatever it refuses', { timeout: 180_000 }, async () => {
  await eventually(() => server.output().includes('as written'), 'word of the cameras');
  await Promise.all([sayEverything(), askEverything().then(watchEverything)]);
  await reloadEverything();
  await Promise.all([failEverything(), visitOpenServer()]);
  // Guesses come last: they slow down whoever is at this address.
  for (let i = 0; i < 12; i++) await listener.ask('/api/streams', i % 2 === 0 ? bearer(`${owner}x`) : basic(WRONG));
  await listener.watch('a guess', [], { token: `${owner}x` });
  listener.hear('the server', server.output());
  expect(leaks(listener.heard)).toEqual([]);
  // What is told on purpose is found.
  expect(leaks(new Map([['token show', folder.command('token', 'show')]]))).toHaveLength(1);
  const all = [...listener.heard.values()].join('\n');
  const isSaid = (code: string) => all.includes(`"${code}"`) || all.includes(`[${code}]`);
  expect(Object.keys(ERRORS).filter(code => !isSaid(code) && !NOT_HERE.has(code))).toEqual([]);
});
