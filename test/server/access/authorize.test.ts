import { describe, expect, it } from 'vitest';
import { authorize, judgeAgain, type Realm } from '../../../server/src/access/authorize.js';
import { makeCookie } from '../../../server/src/access/cookie.js';
import type { Credentials } from '../../../server/src/access/credentials.js';
import { includes, ROLES, sees, type Role, type User } from '../../../server/src/access/grants.js';
import { linkKey, makeLink, makerKey } from '../../../server/src/access/share-link.js';
import { digestOf } from '../../../server/src/access/token.js';

const NOW = 1_800_000_000_000;
const secret = Buffer.alloc(32, 7);
const key = linkKey(secret, 0);

function user(name: string, role: Role, streams: string[], expiresAt = Infinity): User {
  return { name, role, streams, digest: digestOf(`token-of-${name}`), expiresAt };
}

const owner = user('owner', 'admin', ['*']);
const anna = user('anna', 'view', ['gate', 'yard-*']);
const guest = user('guest', 'view', ['*'], NOW + 1000);
const realm: Realm = { kind: 'guarded', users: [owner, anna, guest], secret, linkKey: key };
const without = (gone: User): Realm => ({ ...realm, users: realm.users.filter(one => one !== gone) });

const token = (text: string): Credentials => ({ kind: 'token', token: text, isAmbient: false });
const cookies = (...values: string[]): Credentials => ({ kind: 'cookies', values });
const decide = (credentials: Credentials, role: Role = 'view', stream?: string, now = NOW) => {
  try {
    return authorize(realm, credentials, { role, stream }, now).user;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code;
    throw error;
  }
};

describe('who is let in', () => {
  const link = makeLink({ stream: 'gate', expiresAt: NOW + 60_000 }, makerKey(key, owner.digest));
  const cases: [string, Credentials, string][] = [
    ['nobody without a token', { kind: 'none' }, 'token-missing'],
    ['a user', token('token-of-anna'), 'anna'],
    ['nobody with a token that is almost right', token('token-of-anna '), 'token-wrong'],
    ['nobody with an empty one', token(''), 'token-wrong'],
    ['nobody with the digest of one', token(anna.digest.toString('hex')), 'token-wrong'],
    ['a link', token(link), 'a link'],
    ['no link that somebody made up', token('fs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 'token-wrong'],
    ['a cookie', cookies(makeCookie(anna, secret, NOW)), 'anna'],
    ['a cookie behind false ones', cookies('', 'x', 'fs_x', makeCookie(anna, secret, NOW)), 'anna'],
    ['a link as a cookie', cookies(link), 'a link'],
    ['nobody by a false cookie: it is as none', cookies('x'), 'token-missing'],
    ['no token as a cookie', cookies('token-of-anna'), 'token-missing'],
  ];
  it.each(cases)('%s', (_, credentials, decision) => {
    expect(decide(credentials)).toBe(decision);
  });

  it('until the end of it, to the millisecond', () => {
    expect(decide(token('token-of-guest'), 'view', 'gate', NOW + 999)).toBe('guest');
    expect(decide(token('token-of-guest'), 'view', 'gate', NOW + 1000)).toBe('token-expired');
    expect(decide(token(link), 'view', 'gate', NOW + 59_999)).toBe('a link');
    expect(decide(token(link), 'view', 'gate', NOW + 60_000)).toBe('token-expired');
    expect(decide(cookies(link), 'view', 'gate', NOW + 60_000)).toBe('token-expired');
    expect(decide(cookies(makeCookie(guest, secret, NOW)), 'view', 'gate', NOW + 1000)).toBe('token-expired');
  });

  it('everybody where nothing is guarded, with the role that everybody has there', () => {
    const open: Realm = { kind: 'open', role: 'view' };
    expect(authorize(open, { kind: 'none' }, { role: 'view', stream: 'gate' }, NOW).role).toBe('view');
    expect(authorize(open, token('x'), { role: 'view' }, NOW).role).toBe('view');
    expect(() => authorize(open, { kind: 'none' }, { role: 'control' }, NOW)).toThrow('This needs the role control');
  });

  it('nobody where there are no users', () => {
    const empty: Realm = { ...realm, users: [] };
    for (const credentials of [token('x'), cookies('x'), { kind: 'none' }] as const) {
      expect(() => authorize(empty, credentials, { role: 'view' }, NOW)).toThrow(/token/);
    }
  });
});

it('each role may do what the table says, and nothing besides', () => {
  const table = Object.fromEntries(ROLES.map(role => [role, ROLES.filter(needed => includes(role, needed))]));
  expect(table).toEqual({
    view: ['view'],
    control: ['view', 'control'],
    publish: ['publish'],
    admin: ['view', 'control', 'publish', 'admin'],
  });
  expect(decide(token('token-of-anna'), 'control', 'gate')).toBe('role-missing');
  expect(decide(token('token-of-owner'), 'control', 'gate')).toBe('owner');
});

describe('a stream', () => {
  it('does not exist for whom it is not granted, whatever the role', () => {
    expect(decide(token('token-of-anna'), 'view', 'yard-2')).toBe('anna');
    expect(decide(token('token-of-anna'), 'view', 'barn')).toBe('unknown-stream');
    expect(decide(token('token-of-anna'), 'control', 'barn')).toBe('unknown-stream');
  });

  it.each([
    ['gate', ['gate'], ['gat', 'gates', 'Gate', '']],
    ['*', ['', 'gate', 'Hof 門'], []],
    ['yard-*', ['yard-', 'yard-2'], ['yard', 'my yard-2']],
    ['*-2', ['yard-2', '-2'], ['yard-22']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['a*b*c', ['abc', 'a-b-c', 'abbc'], ['ac', 'acb', 'abcd']],
    ['*b*bc', ['bbc', 'abbc'], ['bc', 'abc']],
    ['**', ['', 'x'], []],
    ['g.te', ['g.te'], ['gate']],
  ])('%s fits', (pattern, fitting, others) => {
    expect([...fitting, ...others].filter(name => sees({ streams: [pattern] }, name))).toEqual(fitting);
  });

  it('takes no time to be compared with a pattern made for that', () => {
    expect(sees({ streams: [`${'*a'.repeat(30)}b`] }, 'a'.repeat(64))).toBe(false);
  });
});

describe('a grant that is judged again', () => {
  const grant = authorize(realm, token('token-of-anna'), { role: 'view' }, NOW);

  it('is what the user has now', () => {
    const changed = { ...anna, role: 'control', streams: ['barn'] } as const;
    const now = judgeAgain({ ...realm, users: [owner, changed] }, grant, NOW);
    expect(now).toMatchObject({ user: 'anna', role: 'control', streams: ['barn'] });
  });

  it('ends with the user, with another token, and in time', () => {
    expect(() => judgeAgain(without(anna), grant, NOW)).toThrow('not known');
    const rotated = { ...anna, digest: digestOf('another') };
    expect(() => judgeAgain({ ...realm, users: [rotated] }, grant, NOW)).toThrow('not known');
    const ofGuest = authorize(realm, token('token-of-guest'), { role: 'view' }, NOW);
    expect(() => judgeAgain(realm, ofGuest, NOW + 1000)).toThrow('valid until');
  });

  it('goes on after the cookie that it began with: a screen on a wall watches for years', () => {
    const byCookie = authorize(realm, cookies(makeCookie(anna, secret, NOW)), { role: 'view' }, NOW);
    expect(judgeAgain(realm, byCookie, NOW + 400 * 86_400_000).user).toBe('anna');
  });

  it('of a link ends with the link, and with all of them', () => {
    const link = makeLink({ stream: 'gate', expiresAt: NOW + 60_000 }, makerKey(key, owner.digest));
    const byLink = authorize(realm, token(link), { role: 'view' }, NOW);
    expect(judgeAgain(realm, byLink, NOW + 59_999).streams).toEqual(['gate']);
    expect(() => judgeAgain(realm, byLink, NOW + 60_000)).toThrow('valid until');
    expect(() => judgeAgain({ ...realm, linkKey: linkKey(secret, 1) }, byLink, NOW)).toThrow('not known');
  });

  it('of a link reaches no farther than whoever made it does at that moment', () => {
    const carl = user('carl', 'control', ['gate', 'yard'], NOW + 30_000);
    const of = (maker: User | undefined): Realm => ({
      ...realm,
      users: maker === undefined ? [owner] : [owner, maker],
    });
    const link = makeLink({ stream: 'gate', expiresAt: NOW + 60_000 }, makerKey(key, carl.digest));
    const byLink = authorize(of(carl), token(link), { role: 'view' }, NOW);
    expect(byLink).toMatchObject({ streams: ['gate'], expiresAt: NOW + 30_000 });
    expect(() => judgeAgain(of(carl), byLink, NOW + 30_000)).toThrow('valid until');
    for (const later of [
      undefined,
      { ...carl, digest: digestOf('another') },
      { ...carl, role: 'view' as const },
      { ...carl, streams: ['yard'] },
    ]) {
      expect(() => judgeAgain(of(later), byLink, NOW)).toThrow('not known');
    }
    expect(judgeAgain(of({ ...carl, role: 'admin', streams: ['*'] }), byLink, NOW).user).toBe('a link');
  });
});
