import * as z from 'zod';
import { ROLES, type User } from '../access/grants.js';
import { canBeToken, digestOf, readDigest } from '../access/token.js';
import { OWNER } from '../access/user-store.js';
import type { Problem } from './settings.js';

/** So long as what cookies and lists are made for. */
const LONGEST_NAME = 64;

const TOKEN = { error: 'is 16 to 200 letters, digits, "_" and "-", as from ${NAME}, or sha256: and its digest' };
const STREAMS = { error: 'is a name of a stream, or a list of them, with * for any part of one' };
const EXPIRES = { error: 'is a time, as 2030-12-31T18:00:00Z' };

const pattern = z.string(STREAMS).min(1, STREAMS).max(64, STREAMS);

const userSettings = z.strictObject(
  {
    token: z
      .string(TOKEN)
      .refine(text => tokenDigest(text) !== undefined, TOKEN)
      .describe('from `${NAME}`, or `sha256:` and the digest, hexadecimal as `sha256sum` prints it'),
    role: z.enum(ROLES, { error: `is ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}` }).default('view'),
    streams: z.union([z.array(pattern).min(1, STREAMS), pattern.transform(one => [one])], STREAMS).default(['*']),
    expires: z.iso.datetime({ offset: true, ...EXPIRES }).optional(),
  },
  { error: 'is a list of settings with a token' },
);

/** Who may watch, by name, as the file says it. */
export const usersSetting = z.record(z.string(), userSettings, { error: 'is a list of names, each with a token' });

/** @param written undefined: the file names none. */
export function usersFrom(written: z.infer<typeof usersSetting> | undefined): User[] {
  return Object.entries(written ?? {}).map(([name, { token, role, streams, expires }]) => ({
    name,
    role,
    streams,
    digest: tokenDigest(token) ?? Buffer.alloc(0),
    expiresAt: expires === undefined ? Infinity : Date.parse(expires),
  }));
}

/** Names that cannot be, and tokens of which it could not be told whose they are. */
export function userProblems(users: readonly User[]): Problem[] {
  return users.flatMap(({ name, digest }, i) => {
    const twin = users.slice(0, i).find(other => other.digest.equals(digest));
    if (twin !== undefined) return [{ path: ['users', name, 'token'], says: `is the one of ${twin.name} as well` }];
    if (name === OWNER) return [{ path: ['users', name], says: 'is the owner, whose token stands elsewhere' }];
    const isName = name.length > 0 && name.length <= LONGEST_NAME;
    return isName ? [] : [{ path: ['users', name], says: `has a name of 1 to ${LONGEST_NAME} characters` }];
  });
}

function tokenDigest(text: string): Buffer | undefined {
  return readDigest(text) ?? (canBeToken(text) ? digestOf(text) : undefined);
}
