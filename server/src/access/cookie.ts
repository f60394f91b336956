import { createHmac } from 'node:crypto';
import type { User } from './grants.js';
import { isSame } from './token.js';

const DAY_MS = 86_400_000;

/** A browser that does not come for so long signs in again, ms. */
export const COOKIE_MS = 30 * DAY_MS;

/** An older one is replaced at the next visit, so that a screen on a wall never has to sign in again, ms. */
const RENEW_MS = DAY_MS;

const MAC_BYTES = 16;

/** A cookie that a user's token has brought. */
export interface SignedIn {
  readonly user: User;
  /** ms since 1970. */
  readonly issuedAt: number;
}

/**
 * The value of a cookie: who, since when, and a proof of it. Its key is made of the user's token, so another token ends the
 * cookies of the old one, and no list of sessions is kept. The token itself is not in it: browsers send cookies to every
 * port of a host.
 */
export function makeCookie({ name, digest }: User, secret: Buffer, now: number): string {
  const content = `${Buffer.from(name).toString('base64url')}.${Math.floor(now / 1000)}`;
  return `${content}.${macOf(content, digest, secret).toString('base64url')}`;
}

/** @returns undefined for one that no user of these has, or that is too old. */
export function readCookie(value: string, users: readonly User[], secret: Buffer, now: number): SignedIn | undefined {
  const [, content = '', name = '', seconds = '', mac = ''] = /^(([\w-]+)\.(\d{1,12}))\.([\w-]+)$/.exec(value) ?? [];
  const user = users.find(candidate => Buffer.from(candidate.name).toString('base64url') === name);
  const issuedAt = Number(seconds) * 1000;
  if (user === undefined || now - issuedAt >= COOKIE_MS) return undefined;
  return isSame(Buffer.from(mac, 'base64url'), macOf(content, user.digest, secret)) ? { user, issuedAt } : undefined;
}

export function isDueForRenewal({ issuedAt }: SignedIn, now: number): boolean {
  return now - issuedAt >= RENEW_MS;
}

/**
 * Cookies go to all ports of a host, so the name tells servers apart. `__Host-` has browsers take it from a secure page
 * of this host alone (RFC 6265bis 4.1.3.2).
 */
export function cookieName(port: number, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}fw_${port}`;
}

/**
 * `Lax`, not `Strict`: a Strict one that is set in a redirect is not sent when the link that led there was on another
 * site's page, not even after a reload (seen in Chromium).
 */
export function setCookie(name: string, value: string, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${COOKIE_MS / 1000}; HttpOnly; SameSite=Lax${secure}`;
}

/** All of that name: another port of the host may have set one with a longer path, which comes first. */
export function cookiesNamed(name: string, header = ''): string[] {
  return header.split(';').flatMap(pair => {
    const [key = '', ...value] = pair.trim().split('=');
    return key === name ? [value.join('=')] : [];
  });
}

function macOf(content: string, digest: Buffer, secret: Buffer): Buffer {
  const key = createHmac('sha256', secret).update('cookie ').update(digest).digest();
  return createHmac('sha256', key).update(content).digest().subarray(0, MAC_BYTES);
}
