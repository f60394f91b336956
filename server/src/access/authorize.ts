import { FramewireError } from '../errors.js';
import type { Credentials } from './credentials.js';
import { readCookie } from './cookie.js';
import { includes, sees, type Grant, type Role, type User } from './grants.js';
import { isLink, makerKey, readLink } from './share-link.js';
import { digestOf, isSame } from './token.js';

/** Some people, by what they bring along. */
export interface GuardedRealm {
  readonly kind: 'guarded';
  readonly users: readonly User[];
  /** Of this server: it signs cookies. */
  readonly secret: Buffer;
  /** As `linkKey` makes it. */
  readonly linkKey: Buffer;
}

/** Who is let in. */
export type Realm =
  /** Everybody, with that role. */
  { readonly kind: 'open'; readonly role: Role } | GuardedRealm;

/** What somebody wants to do; `stream` where it is about one. */
export interface Action {
  readonly role: Role;
  readonly stream?: string | undefined;
}

/**
 * The one decision: whether whoever brings these credentials may do that. Pure.
 *
 * @param now ms since 1970.
 * @throws FramewireError token-missing, token-wrong or token-expired for the credentials; unknown-stream for a stream that
 * is not granted, as if there were none; role-missing.
 */
export function authorize(realm: Realm, credentials: Credentials, action: Action, now: number): Grant {
  const grant = identify(realm, credentials, now);
  permit(grant, action);
  return grant;
}

/** @throws FramewireError unknown-stream or role-missing */
export function permit(grant: Grant, { role, stream }: Action): void {
  if (stream !== undefined && !sees(grant, stream)) {
    throw new FramewireError('unknown-stream', `There is no stream "${stream}".`);
  }
  if (includes(grant.role, role)) return;
  const message = `This needs the role ${role}; this token has ${grant.role}.`;
  throw new FramewireError('role-missing', message, 'Ask whoever runs this server for another token.');
}

/**
 * What a grant has become since it was given: users and links change and end while somebody watches.
 *
 * @throws FramewireError token-wrong or token-expired when it has ended.
 */
export function judgeAgain(realm: Realm, { basis }: Grant, now: number): Grant {
  switch (basis.kind) {
    case 'open':
      return identify(realm, { kind: 'none' }, now);
    case 'link':
      return identify(realm, { kind: 'token', token: basis.link, isAmbient: false }, now);
    case 'user':
      return realm.kind === 'open' ? openGrant(realm.role) : grantTo(userWith(realm.users, basis.digest), now);
  }
}

function identify(realm: Realm, credentials: Credentials, now: number): Grant {
  if (realm.kind === 'open') return openGrant(realm.role);
  switch (credentials.kind) {
    case 'none':
      throw missing();
    case 'token':
      return isLink(credentials.token)
        ? grantByLink(credentials.token, realm, now)
        : grantTo(userWith(realm.users, digestOf(credentials.token)), now);
    case 'cookies':
      return grantByCookies(credentials.values, realm, now);
  }
}

function openGrant(role: Role): Grant {
  return { user: '', role, streams: ['*'], expiresAt: Infinity, basis: { kind: 'open' } };
}

/** Looks at all, so that the time it takes says nothing of whose token is similar. */
function userWith(users: readonly User[], digest: Buffer): User | undefined {
  return users.reduce<User | undefined>((found, user) => (isSame(user.digest, digest) ? user : found), undefined);
}

function grantTo(user: User | undefined, now: number): Grant {
  if (user === undefined) throw wrong();
  const { name, role, streams, digest, expiresAt } = user;
  if (now >= expiresAt) throw expired(expiresAt);
  return { user: name, role, streams, expiresAt, basis: { kind: 'user', digest } };
}

/** A link reaches no farther than its maker does at this moment. */
function grantByLink(link: string, { users, linkKey }: GuardedRealm, now: number): Grant {
  const [found] = users.flatMap(maker => {
    const shared = readLink(link, makerKey(linkKey, maker.digest));
    return shared === undefined ? [] : [{ maker, ...shared }];
  });
  if (found === undefined) throw wrong();
  const { maker, stream } = found;
  const expiresAt = Math.min(found.expiresAt, maker.expiresAt);
  if (now >= expiresAt) throw expired(expiresAt);
  if (!includes(maker.role, 'control') || !sees(maker, stream)) throw wrong();
  return { user: 'a link', role: 'view', streams: [stream], expiresAt, basis: { kind: 'link', link } };
}

/** The first that is good. A cookie that is none of this server's is as none: nobody has written it on purpose. */
function grantByCookies(values: readonly string[], realm: GuardedRealm, now: number): Grant {
  let why = missing();
  for (const value of values) {
    try {
      if (isLink(value)) return grantByLink(value, realm, now);
      const signedIn = readCookie(value, realm.users, realm.secret, now);
      if (signedIn !== undefined) return grantTo(signedIn.user, now);
    } catch (error) {
      if (!(error instanceof FramewireError)) throw error;
      if (error.code === 'token-expired') why = error;
    }
  }
  throw why;
}

function missing(): FramewireError {
  const hint = 'Open the address with the token in it, or add ?token=... to this one.';
  return new FramewireError('token-missing', 'This server wants a token.', hint);
}

function wrong(): FramewireError {
  const hint = 'It may have been changed: ask whoever runs this server.';
  return new FramewireError('token-wrong', 'This token is not known here.', hint);
}

function expired(at: number): FramewireError {
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return new FramewireError('token-expired', `This token was valid until ${when} UTC.`, 'Ask for a new one.');
}
