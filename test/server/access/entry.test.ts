import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Access } from '../../../server/src/access/access.js';
import { Door, followUsers, openDoor, wantsTokens } from '../../../server/src/access/entry.js';
import { Guard } from '../../../server/src/access/guard.js';
import { digestOf } from '../../../server/src/access/token.js';
import { UserStore } from '../../../server/src/access/user-store.js';
import { StateFolder } from '../../../server/src/ops/state-folder.js';

let folder: string;
let store: UserStore;
let guard: Guard;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewire-entry-'));
  store = new UserStore(new StateFolder(folder), undefined);
  guard = new Guard(new Access({ host: 'localhost', allowedOrigins: [] }, () => undefined));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function asks(token?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.url = token === undefined ? '/' : `/?token=${token}`;
  return request;
}

it.each([
  // choice, others can connect, somebody has a token -> tokens are wanted
  [undefined, false, false, false],
  [undefined, false, true, true],
  [undefined, true, false, true],
  [undefined, true, true, true],
  ['token', false, false, true],
  ['none', true, true, false],
] as const)('--auth %s, open to others: %s, users: %s -> tokens: %s', (choice, isOpen, hasUsers, wanted) => {
  expect(wantsTokens(choice, isOpen, hasUsers)).toBe(wanted);
});

describe('the door', () => {
  it('is shut until somebody has said who may come', () => {
    expect(() => guard.admit(asks(), 'view')).toThrow('wants a token');
    expect(() => guard.admit(asks('fw_0000000000000000'), 'view')).toThrow('not known');
  });

  it('to this machine alone is open, and nothing is written', () => {
    expect(openDoor(guard, store, undefined, false)).toEqual({ kind: 'this-machine' });
    expect(guard.admit(asks(), 'admin').grant.role).toBe('admin');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('to others wants a token, and tells the owner the same one each time', () => {
    const first = openDoor(guard, store, undefined, true);
    expect(first).toEqual({ kind: 'token', token: store.owner().token, isNew: true });
    expect(() => guard.admit(asks(), 'view')).toThrow('wants a token');
    expect(guard.admit(asks(store.owner().token), 'admin').grant.user).toBe('owner');
    expect(openDoor(guard, store, undefined, true)).toEqual({ ...first, isNew: false });
  });

  it('that is open to everybody lets them watch, and no more', () => {
    expect(openDoor(guard, store, 'none', true)).toEqual({ kind: 'everybody' });
    expect(guard.admit(asks(), 'view').grant.role).toBe('view');
    expect(() => guard.admit(asks(), 'control')).toThrow('needs the role control');
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('users of the settings count at once where tokens are wanted, or not at all', () => {
  const urls = { local: ['http://127.0.0.1:8080/'], network: [] };
  const anna = {
    name: 'anna',
    role: 'view',
    streams: ['*'],
    digest: digestOf('anna-0123456789ab'),
    expiresAt: Infinity,
  } as const;
  const door = new Door({ host: 'localhost', allowedOrigins: [], auth: 'token' }, store, () => undefined);
  door.open({ isOpen: false, ...urls });
  expect(door.admit([anna])).toBe(true);
  const { token } = store.owner();
  expect(door.guard.admit(asks('anna-0123456789ab'), 'view').grant.user).toBe('anna');
  // What cannot be read leaves all as it was.
  writeFileSync(join(folder, 'users.json'), '{');
  expect(() => door.admit([])).toThrow('is no JSON');
  expect(door.guard.admit(asks('anna-0123456789ab'), 'view').grant.user).toBe('anna');
  rmSync(join(folder, 'users.json'));
  expect(door.admit([])).toBe(true);
  expect(() => door.guard.admit(asks('anna-0123456789ab'), 'view')).toThrow('not known');
  expect(door.guard.admit(asks(token), 'admin').grant.user).toBe('owner');
  door.close();
  const open = new Door({ host: 'localhost', allowedOrigins: [], auth: undefined }, store, () => undefined);
  open.open({ isOpen: false, ...urls });
  expect(open.admit([anna])).toBe(false);
  expect(open.guard.admit(asks(), 'view').grant.user).toBe('');
});

it('who is kept out for the name or the site that they say is told as refused', () => {
  const told: unknown[] = [];
  const door = new Door({ host: 'localhost', allowedOrigins: [], auth: undefined }, store, (...news) =>
    told.push(news),
  );
  const request = asks();
  request.headers = { origin: 'https://elsewhere.example', host: 'localhost:8080' };
  expect(door.access.refusedOrigin(request)).toMatchObject({ code: 'origin-refused' });
  expect(told).toEqual([[expect.stringContaining('--allow-origin https://elsewhere.example'), 'refused']]);
});

it('users that change count within seconds; files that cannot be read change nothing, and are told of', () => {
  vi.useFakeTimers();
  const warnings: string[] = [];
  openDoor(guard, store, 'token', false);
  using _ = followUsers(guard, store, sentence => void warnings.push(sentence));
  const old = store.owner().token;
  const token = store.rotate();
  vi.advanceTimersByTime(2000);
  expect(() => guard.admit(asks(old), 'view')).toThrow('not known');
  expect(guard.admit(asks(token), 'view').grant.user).toBe('owner');
  writeFileSync(join(folder, 'users.json'), '{');
  vi.advanceTimersByTime(10_000);
  expect(warnings).toEqual([expect.stringContaining('users.json is no JSON. The users of before stay.')]);
  expect(guard.admit(asks(token), 'view').grant.user).toBe('owner');
});

it.each(['localhost', '127.0.0.1'])('a server on %s that wants tokens knows which it has just made', host => {
  const urls = ['http://127.0.0.1:8080/'];
  const open = () => {
    const door = new Door({ host, allowedOrigins: [], auth: 'token' }, store, () => undefined);
    const entry = door.open({ isOpen: false, local: urls, network: [] });
    door.close();
    return entry;
  };
  const first = open();
  expect(first).toEqual({ kind: 'token', token: store.owner().token, isNew: true });
  expect(open()).toEqual({ kind: 'token', token: store.owner().token, isNew: false });
  expect(store.addresses).toEqual(urls);
});
