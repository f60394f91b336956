import { describe, expect, it } from 'vitest';
import {
  cookieName,
  cookiesNamed,
  isDueForRenewal,
  makeCookie,
  readCookie,
  setCookie,
} from '../../../server/src/access/cookie.js';
import type { User } from '../../../server/src/access/grants.js';
import { digestOf } from '../../../server/src/access/token.js';

const secret = Buffer.alloc(32, 7);
const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

function user(name: string, token = `fw_${name}`): User {
  return { name, role: 'view', streams: ['*'], digest: digestOf(token), expiresAt: Infinity };
}

const anna = user('anna');
const users = [user('owner'), anna];
const cookie = makeCookie(anna, secret, NOW);

describe('a cookie', () => {
  it('says who it is', () => {
    expect(readCookie(cookie, users, secret, NOW)).toEqual({ user: anna, issuedAt: NOW });
    const jürgen = user('Jürgen; Path=/');
    expect(readCookie(makeCookie(jürgen, secret, NOW), [jürgen], secret, NOW)?.user).toBe(jürgen);
  });

  it('holds for 30 days, to the second, and is due for another after one', () => {
    const at = (now: number) => readCookie(cookie, users, secret, now);
    expect(at(NOW + 30 * DAY - 1)).toBeDefined();
    expect(at(NOW + 30 * DAY)).toBeUndefined();
    const signedIn = { user: anna, issuedAt: NOW };
    expect(isDueForRenewal(signedIn, NOW + DAY - 1)).toBe(false);
    expect(isDueForRenewal(signedIn, NOW + DAY)).toBe(true);
  });

  it('ends with the token, the user and the secret', () => {
    expect(readCookie(cookie, [user('anna', 'fw_another')], secret, NOW)).toBeUndefined();
    expect(readCookie(cookie, [user('owner')], secret, NOW)).toBeUndefined();
    expect(readCookie(cookie, users, Buffer.alloc(32, 8), NOW)).toBeUndefined();
  });

  it('is none of another user, in part, or with any character changed', () => {
    const [name, ...rest] = cookie.split('.');
    expect(name).toBe(Buffer.from('anna').toString('base64url'));
    const other = [Buffer.from('owner').toString('base64url'), ...rest].join('.');
    expect(readCookie(other, users, secret, NOW)).toBeUndefined();
    for (let at = 0; at < cookie.length; at += 1) {
      expect(readCookie(cookie.slice(0, at), users, secret, NOW)).toBeUndefined();
      // The last character of 16 bytes has bits that count for nothing.
      if (at === cookie.length - 1) continue;
      const changed = cookie.slice(0, at) + (cookie[at] === 'x' ? 'y' : 'x') + cookie.slice(at + 1);
      expect(readCookie(changed, users, secret, NOW)).toBeUndefined();
    }
  });
});

it('is set so that a link from another site works, and no script and no plain page of another host can read it', () => {
  expect(setCookie('fw_8080', 'x', false)).toBe('fw_8080=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax');
  expect(setCookie(cookieName(8080, true), 'x', true)).toBe(
    '__Host-fw_8080=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure',
  );
});

it('is found among others, each time that it is there', () => {
  expect(cookiesNamed('fw_8080')).toEqual([]);
  expect(cookiesNamed('fw_8080', 'fw_8081=a; xfw_8080=b;fw_8080=c=d; fw_8080; fw_8080=e')).toEqual(['c=d', '', 'e']);
});
