import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../server/src/access/authorize.js';
import { digestOf } from '../../../server/src/access/token.js';
import { UserStore } from '../../../server/src/access/user-store.js';
import { StateFolder } from '../../../server/src/ops/state-folder.js';

let folder: string;
let store: UserStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewire-users-'));
  store = new UserStore(new StateFolder(folder), undefined);
});
afterEach(() => rmSync(folder, { recursive: true }));

const whoIs = (token: string, of = store) => {
  try {
    return authorize(of.realm(), { kind: 'token', token, isAmbient: false }, { role: 'view' }, Date.now());
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};
const everybody = { role: 'view', streams: ['*'], expiresAt: Infinity } as const;

describe('the owner', () => {
  it('has a token that is made once, and may do everything', () => {
    const { token, isNew } = store.owner();
    expect(token).toMatch(/^fw_[\w-]{22}$/);
    expect(isNew).toBe(true);
    expect(store.owner()).toEqual({ token, isNew: false });
    expect(whoIs(token)).toMatchObject({ user: 'owner', role: 'admin', streams: ['*'] });
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600);
  });

  it('can get another, and cannot go', () => {
    const { token } = store.owner();
    const other = store.rotate();
    expect(whoIs(token)).toBe('token-wrong');
    expect(whoIs(other)).toMatchObject({ user: 'owner' });
    expect(() => store.remove('owner')).toThrow('The owner stays.');
  });

  it('may choose the token: what is none is refused by name', () => {
    writeFileSync(join(folder, 'token'), 'my-own-token-0123456\n');
    expect(whoIs('my-own-token-0123456')).toMatchObject({ user: 'owner' });
    writeFileSync(join(folder, 'token'), 'short');
    expect(() => store.owner()).toThrow(expect.objectContaining({ code: 'bad-config' }));
    expect(() => store.owner()).toThrow(`${folder}/token`);
  });

  it('may be told the token by the environment, without any folder', () => {
    writeFileSync(join(folder, 'file'), '');
    const without = new UserStore(new StateFolder(join(folder, 'file/in-it')), 'token-of-the-environment');
    without.addresses = ['http://10.0.0.5:8080/'];
    expect(whoIs('token-of-the-environment', without)).toMatchObject({ user: 'owner' });
    expect(without.realm().secret).toEqual(without.realm().secret);
    expect(() => without.rotate()).toThrow('FRAMEWIRE_TOKEN');
    expect(() => new UserStore(new StateFolder(folder), 'a b')).toThrow('FRAMEWIRE_TOKEN is no token');
  });
});

describe('users', () => {
  it('of the settings count beside those of the folder, and before them', () => {
    const token = store.add('anna', everybody);
    const bobs = store.add('bob', everybody);
    expect(store.hasUsers).toBe(true);
    const ofSettings = 'anna-of-the-settings';
    store.configured = [{ ...everybody, name: 'anna', role: 'admin', digest: digestOf(ofSettings) }];
    expect(whoIs(ofSettings)).toMatchObject({ user: 'anna', role: 'admin' });
    expect([whoIs(token), whoIs(bobs)]).toMatchObject(['token-wrong', { user: 'bob' }]);
    store.configured = [];
    expect([whoIs(token), whoIs(ofSettings)]).toMatchObject([{ user: 'anna', role: 'view' }, 'token-wrong']);
  });

  it('of the settings are reason enough to want tokens', () => {
    expect(store.hasUsers).toBe(false);
    store.configured = [{ ...everybody, name: 'anna', digest: digestOf('anna-of-the-settings') }];
    expect(store.hasUsers).toBe(true);
  });

  it('come, get another token, and go; what is kept of a token does not let in', () => {
    const token = store.add('anna', { role: 'control', streams: ['gate', 'yard-*'], expiresAt: Infinity });
    expect(whoIs(token)).toMatchObject({ user: 'anna', role: 'control', streams: ['gate', 'yard-*'] });
    const file = readFileSync(join(folder, 'users.json'), 'utf8');
    expect(file).not.toContain(token);
    expect(whoIs(store.users[0]?.token ?? '')).toBe('token-wrong');
    const other = store.rotate('anna');
    expect([whoIs(token), whoIs(other)]).toEqual(['token-wrong', expect.objectContaining({ user: 'anna' })]);
    store.remove('anna');
    expect(whoIs(other)).toBe('token-wrong');
  });

  it('end when they are to', () => {
    const token = store.add('guest', { ...everybody, expiresAt: Date.now() - 1000 });
    expect(whoIs(token)).toBe('token-expired');
  });

  it('have names of their own', () => {
    store.add('anna', everybody);
    for (const name of ['anna', 'owner']) expect(() => store.add(name, everybody)).toThrow('already');
    for (const act of [() => store.rotate('bob'), () => store.remove('bob')]) {
      expect(act).toThrow(expect.objectContaining({ code: 'bad-option', hint: 'There are: owner, anna.' }));
    }
  });

  it('are told of by another version of the files', () => {
    store.realm();
    const versions = new Set([store.version]);
    store.add('anna', everybody);
    versions.add(store.version);
    store.endLinks();
    versions.add(store.version);
    store.rotate();
    versions.add(store.version);
    expect(versions.size).toBe(4);
  });

  it.each([
    ['no JSON', '{', 'is no JSON'],
    ['an unknown field', '{"user": []}', 'user'],
    [
      'a role that there is not',
      '{"users": [{"name": "a", "role": "root", "streams": ["*"], "token": "sha256:x"}]}',
      'users.0.role',
    ],
    [
      'a token in clear',
      '{"users": [{"name": "a", "role": "view", "streams": ["*"], "token": "fw_x"}]}',
      'users.0.token',
    ],
  ])('in a file with %s are refused, with the place', (_, text, place) => {
    writeFileSync(join(folder, 'users.json'), text);
    expect(() => store.realm()).toThrow(expect.objectContaining({ code: 'bad-config', exitCode: 2 }));
    expect(() => store.realm()).toThrow(place);
    expect(() => store.users).toThrow(`${folder}/users.json`);
  });
});
