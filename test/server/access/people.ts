import type { Realm } from '../../../server/src/access/authorize.js';
import type { Role, User } from '../../../server/src/access/grants.js';
import { linkKey, makeLink, makerKey } from '../../../server/src/access/share-link.js';
import { digestOf } from '../../../server/src/access/token.js';

const secret = Buffer.alloc(32, 7);
const key = linkKey(secret, 0);

function user(name: string, role: Role, ...streams: string[]): User {
  return { name, role, streams, digest: digestOf(tokenOf(name)), expiresAt: Infinity };
}

export function tokenOf(name: string): string {
  return `fw_the-token-of-${name}`;
}

/** A link of the owner to a stream. @param forMs from now. */
export function linkTo(stream: string, forMs = 60_000): string {
  return makeLink({ stream, expiresAt: Date.now() + forMs }, makerKey(key, digestOf(tokenOf('owner'))));
}

/** The owner; others for `yard`, the first stream of `openEndpoint`, and one for its second, `gate`. */
export const PEOPLE: readonly User[] = [
  user('owner', 'admin', '*'),
  user('operator', 'control', 'yard'),
  user('viewer', 'view', 'yard'),
  user('publisher', 'publish', 'yard'),
  user('neighbour', 'view', 'gate'),
];

export function guarded(users = PEOPLE): Extract<Realm, { kind: 'guarded' }> {
  return { kind: 'guarded', users, secret, linkKey: key };
}
