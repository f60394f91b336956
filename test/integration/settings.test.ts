import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connect } from '@framewire/client';
import { eventually } from '../support/eventually.js';
import { run } from '../support/run.js';
import { EarlyExit, MAIN, startServer } from '../support/server/server.js';
import { Viewer } from '../support/server/viewer.js';

const SECRET = 'correct-horse';

describe('a settings file', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'framewire-'));
    file = path.join(folder, 'framewire.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const env = { CAMERA_PASSWORD: SECRET };

  it('is what the server goes by, and gives no secret away', async () => {
    writeFileSync(
      file,
      [
        'maxViewers: 1',
        'streams:',
        '  yard: {source: test, size: 640x360}',
        '  gate: "http://127.0.0.1:1/${CAMERA_PASSWORD}/live?user=${CAMERA_PASSWORD}"',
      ].join('\n'),
    );
    await using server = await startServer(['--config', file, '--verbose'], { env });
    const answer = await (await fetch(`${server.url}/api/streams`)).text();
    const gate = await (await fetch(`${server.url}/snapshot.jpg?stream=gate`)).text();
    expect(answer).toContain('"width":640,"height":360');
    expect(gate).toContain('http://127.0.0.1:1/***/live');
    for (const output of [answer, gate, server.output()]) expect(output).not.toContain(SECRET);
  });

  it('that is wrong ends the start with all that is wrong', async () => {
    writeFileSync(file, 'port: 99999\nstreams:\n  gate:\n    source: test\n    fsp: 5\n');
    const failure = await startServer(['--config', file]).catch((error: unknown) => error);
    if (!(failure instanceof EarlyExit)) throw new Error('It started.');
    expect(failure.exit.code).toBe(2);
    expect(failure.output).toMatch(
      /^framewire\.yaml:1: port .*\nframewire\.yaml:5: streams\.gate\.fsp is not a setting\.\n/,
    );
  });

  it.each([
    ['port: 1\nstreams: {gate: test}', 0, 'framewire.yaml is right. Streams: gate.\n'],
    [
      'streams: {gate: "rtsp://${NOWHERE}@gate"}',
      2,
      'framewire.yaml:1: streams.gate needs ${NOWHERE}, which is not set.\n',
    ],
  ])('can be checked: %j', async (text, code, says) => {
    writeFileSync(file, text);
    await using check = run(process.execPath, [MAIN, 'check-config', file]);
    expect((await check.exited).code).toBe(code);
    expect(check.output()).toContain(says);
  });

  it('has a schema for editors', async () => {
    await using schema = run(process.execPath, [MAIN, 'config-schema']);
    expect((await schema.exited).code).toBe(0);
    expect(JSON.parse(schema.output())).toMatchObject({ properties: { port: {}, streams: {} } });
  });

  it('health finds the server of the same settings', async () => {
    await using server = await startServer(['--source', 'test']);
    const ask = async (port: number) => {
      await using health = run(process.execPath, [MAIN, 'health'], { env: { FRAMEWIRE_PORT: String(port) } });
      const { code } = await health.exited;
      return `${code} ${health.output()}`;
    };
    expect(await ask(server.port)).toBe('0 Ready.\n');
    await server.stop();
    expect(await ask(server.port)).toMatch(/^1 .*\[not-ready\]/s);
  });

  it('is read again when it changes: streams that stay as they are lose nothing', async () => {
    const streams = (yard: number, last: string) =>
      `maxViewers: 20\nstreams:\n  gate: {source: test, fps: 20}\n  yard: {source: test, fps: ${yard}}\n  ${last}: test\n`;
    writeFileSync(file, streams(10, 'door'));
    await using server = await startServer(['--config', file]);
    await using gate = await Viewer.open(server.url, { subscribe: { stream: 'gate' } });
    await using yard = await Viewer.open(server.url, { subscribe: { stream: 'yard' } });
    await using door = await Viewer.open(server.url, { subscribe: { stream: 'door' } });
    for (const viewer of [gate, yard, door]) await viewer.nextPicture();
    writeFileSync(file, streams(5, 'shed'));
    expect(await yard.closed).toMatchObject({ code: 4409 });
    expect(await door.closed).toMatchObject({ code: 4404 });
    expect(door.messages.at(-1)).toMatchObject({ type: 'error', code: 'stream-removed' });
    await using again = await Viewer.open(server.url, { subscribe: { stream: 'yard' } });
    await again.nextPicture();
    await using shed = await Viewer.open(server.url, { subscribe: { stream: 'shed' } });
    await shed.nextPicture();
    await gate.nextPicture();
    // One engine took all of its pictures: a second would have begun with a placeholder or another stream's number.
    expect(new Set(gate.frames.map(({ header }) => `${header?.stream} ${header?.placeholder}`))).toEqual(
      new Set(['0 false']),
    );
    expect(
      gate.messages.filter(({ type }) => type === 'source').map(message => ('state' in message ? message.state : '')),
    ).toEqual(['live']);
  });

  it('that has become wrong changes nothing, and all that is wrong is told', async () => {
    writeFileSync(file, 'streams: {gate: test}\n');
    await using server = await startServer(['--config', file]);
    writeFileSync(file, 'prot: 1\nstreams: {gate: test, yard: "ftp://yard"}\n');
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => server.output().includes('The settings stay as they were.'), 'refusal of the settings');
    expect(server.output()).toMatch(/framewire\.yaml:1: prot is not a setting/);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('framewire_config_last_reload_successful 0');
    writeFileSync(file, 'maxRenditions: 2\nstreams: {gate: test}\n');
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => server.output().includes('from the next start on: maxRenditions'), 'new settings');
  });

  it('says who may watch: those who are connected are judged again when it changes', async () => {
    const token = 'token-of-anna-0123';
    const write = (users: string) => writeFileSync(file, `streams: {gate: test, yard: test}\nusers:\n${users}\n`);
    const admin = `  boss: {role: admin, token: "sha256:${createHash('sha256').update('token-of-the-boss').digest('hex')}"}`;
    write(`  anna: {token: "\${ANNA_TOKEN}", streams: gate}\n${admin}`);
    await using server = await startServer(['--config', file], { env: { ANNA_TOKEN: token } });
    const as = (who: string, what: string, method = 'GET') =>
      fetch(`${server.url}${what}`, { method, headers: { Authorization: `Bearer ${who}` } });
    expect((await fetch(`${server.url}/api/streams`)).status).toBe(401);
    expect((await (await as(token, '/api/streams')).text()).match(/"name":"\w+"/g)).toEqual(['"name":"gate"']);
    await using client = await connect(server.url, { token });
    await client.subscribe({ stream: 'gate' });
    expect((await as(token, '/api/reload', 'POST')).status).toBe(403);
    write(admin);
    const reloaded = await as('token-of-the-boss', '/api/reload', 'POST');
    expect(reloaded.status).toBe(200);
    const { connection } = await eventually(() => client.connection.state === 'closed' && client, 'end');
    expect(connection).toMatchObject({ code: 'token-wrong' });
    expect((await as(token, '/api/streams')).status).toBe(401);
    expect(server.output()).not.toContain(token);
  });

  it('is read again by POST /api/reload, which says what has changed or all that is wrong', async () => {
    writeFileSync(file, 'streams: {gate: test, yard: test}\n');
    await using server = await startServer(['--config', file]);
    const reload = async () => {
      const answer = await fetch(`${server.url}/api/reload`, { method: 'POST' });
      const said: unknown = await answer.json();
      return { status: answer.status, said };
    };
    writeFileSync(file, 'prot: 1\nmaxViewers: 0\n');
    const wrong = await reload();
    expect(wrong).toMatchObject({ status: 400, said: { code: 'bad-config' } });
    expect(JSON.stringify(wrong.said)).toMatch(/framewire\.yaml:2: maxViewers is .*framewire\.yaml:1: prot is not/);
    expect((await (await fetch(`${server.url}/api/streams`)).text()).match(/"name"/g)).toHaveLength(2);
    writeFileSync(file, 'maxRenditions: 2\ngrace: 3\nstreams: {gate: test, shed: test}\n');
    // The file is looked at besides, so that it may have been read already.
    await reload();
    expect(await reload()).toEqual({ status: 200, said: { changed: [], nextStart: ['maxRenditions'] } });
    expect(server.output()).toContain(
      '"changed":["grace","streams.yard","streams.shed"],"nextStart":["maxRenditions"]',
    );
  });

  it('says how much is told, and each line of the log is for programs where nobody sits before it', async () => {
    writeFileSync(file, 'logLevel: debug\nstreams: {gate: test}\n');
    await using server = await startServer(['--config', file]);
    await (await fetch(`${server.url}/snapshot.jpg`)).arrayBuffer();
    await eventually(() => server.output().includes('snapshot-taken'), 'word of the snapshot');
    await server.stop();
    // The greeting goes elsewhere, and has the address for people.
    const [log, greeting] = ['{', ''].map(start =>
      server
        .output()
        .split('\n')
        .filter(line => line !== '' && line.startsWith('{') === (start === '{')),
    );
    expect(greeting?.join('\n')).toContain(`Open:    ${server.url}/`);
    const events = log?.map(
      line => z.looseObject({ level: z.string(), msg: z.string() }).parse(JSON.parse(line))['event'],
    );
    for (const event of ['started', 'snapshot-taken', 'stopped']) expect(events).toContain(event);
  });
});
