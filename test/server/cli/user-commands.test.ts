import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../server/src/access/authorize.js';
import { UserStore } from '../../../server/src/access/user-store.js';
import { runUserCommand } from '../../../server/src/cli/user-commands.js';
import { qrCode } from '../../../server/src/cli/qr-code.js';
import { StateFolder } from '../../../server/src/ops/state-folder.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');
let folder: string;
let store: UserStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewire-commands-'));
  store = new UserStore(new StateFolder(folder), undefined);
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): string[] {
  const lines: string[] = [];
  runUserCommand(args, store, line => void lines.push(line), NOW);
  return lines;
}
const tokenIn = (line = '') => /token=([\w-]+)/.exec(line)?.[1] ?? '';
const whoIs = (token: string, now = NOW) => {
  try {
    return authorize(store.realm(), { kind: 'token', token, isAmbient: false }, { role: 'view' }, now);
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('token', () => {
  it('show prints the addresses of the server that started last, with the token', () => {
    expect(run('token', 'show')).toEqual([`/?token=${store.owner().token}  (behind the address of the server)`]);
    store.addresses = ['http://10.0.0.5:8080/', 'http://127.0.0.1:8080/'];
    expect(run('token', 'show')).toEqual(
      ['http://10.0.0.5:8080/', 'http://127.0.0.1:8080/'].map(url => `${url}?token=${store.owner().token}`),
    );
  });

  it('add, list, rotate and remove', () => {
    const [line] = run('token', 'add', 'anna', '--role', 'control', '--streams', 'gate', 'yard-*', '--for', '7d');
    expect(whoIs(tokenIn(line))).toMatchObject({ user: 'anna', role: 'control', streams: ['gate', 'yard-*'] });
    expect(whoIs(tokenIn(line), NOW + 7 * 86_400_000)).toBe('token-expired');
    expect(run('token', 'list')).toEqual([
      'owner  admin  *',
      expect.stringMatching(/^anna {2}control {2}gate yard-\* {2}until 2026-05-0[78] /),
    ]);
    const [other] = run('token', 'rotate', 'anna');
    expect([whoIs(tokenIn(line)), whoIs(tokenIn(other))]).toEqual([
      'token-wrong',
      expect.objectContaining({ user: 'anna' }),
    ]);
    expect(run('token', 'remove', 'anna')).toEqual(['anna is removed.']);
    expect(whoIs(tokenIn(other))).toBe('token-wrong');
    const owner = store.owner().token;
    expect(tokenIn(run('token', 'rotate')[0])).toBe(store.owner().token);
    expect(whoIs(owner)).toBe('token-wrong');
  });

  it.each([
    [['token', 'add'], /Missing required argument 'name'/],
    [['token', 'add', 'a', '--role', 'root'], /--role is view, control, publish, admin/],
    [['token', 'add', 'a', '--for', '31d'], /--for is a time up to 30 days/],
    [['token', 'give'], /unknown command 'give'/i],
    [['token', 'remove', 'bob'], /no user "bob"/],
    [['share'], /Which stream/],
    [['share', 'gate', '--for', '1.5h'], /--for is a time/],
  ])('%j is refused in a sentence', (args, sentence) => {
    expect(() => run(...args)).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => run(...args)).toThrow(sentence);
  });
});

describe('share', () => {
  it('prints a link to one stream, and ends all of them', () => {
    store.addresses = ['http://10.0.0.5:8080/'];
    const [line, until] = run('share', 'gate', '--for', '2h');
    expect(line).toMatch(/^http:\/\/10\.0\.0\.5:8080\/\?token=fs_/);
    expect(until).toMatch(/^Whoever has this can watch gate until 2026-05-01 /);
    expect(whoIs(tokenIn(line))).toMatchObject({ role: 'view', streams: ['gate'], expiresAt: NOW + 7_200_000 });
    run('share', '--end-all');
    expect(whoIs(tokenIn(line))).toBe('token-wrong');
  });
});

it('a code of an address with a token fits a terminal of 40 columns, and is left out of a narrower one', async () => {
  const address = 'http://192.168.178.23:8080/?token=fw_Q8rWn3kQvB2mXo5sTz1aLg';
  const lines = (await qrCode(address, 40)).split('\n');
  expect(lines.length).toBeGreaterThan(15);
  expect(new Set(lines.map(line => line.length))).toEqual(new Set([lines[0]?.length ?? 0]));
  expect(lines[0]?.length).toBeLessThanOrEqual(40);
  expect(await qrCode(address, 39)).toBe('');
});
