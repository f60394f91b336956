import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { describe } from '@framewire/shared/client-message';
import { FramewireError } from '../errors.js';
import type { StateFolder } from '../ops/state-folder.js';
import type { GuardedRealm } from './authorize.js';
import { ROLES, type User } from './grants.js';
import { linkKey } from './share-link.js';
import { canBeToken, digestOf, newToken, readDigest } from './token.js';

/** The one user that every guarded server has, whose token is its file's, in clear: each start prints it again. */
export const OWNER = 'owner';

const TOKEN_FILE = 'token';
const SECRET_FILE = 'secret';
const USERS_FILE = 'users.json';
const ADDRESSES_FILE = 'addresses';
const SECRET_BYTES = 32;

const storedUser = z.strictObject({
  name: z.string().min(1).max(64),
  role: z.enum(ROLES),
  /** Patterns, see `User`. */
  streams: z.array(z.string().min(1).max(64)).min(1),
  token: z.string().refine(text => readDigest(text) !== undefined, { error: 'token is "sha256:" and 43 characters' }),
  expires: z.iso.datetime().optional(),
});

const storedUsers = z.strictObject({
  /** All links that were made with another number have ended. */
  linkEpoch: z.int().min(0).default(0),
  users: z.array(storedUser).default([]),
});

export type StoredUser = z.infer<typeof storedUser>;
type StoredUsers = z.infer<typeof storedUsers>;

/**
 * The users of this machine's servers, as files of the state folder. Tokens of users are kept as digests; only the owner's
 * is there in clear.
 */
export class UserStore {
  readonly #folder: StateFolder;
  readonly #ownToken: string | undefined;
  /** Those of the settings. One who is in the folder too is as the settings say. */
  configured: readonly User[] = [];

  /** @param ownToken for the owner, in place of the file's (`FRAMEWIRE_TOKEN`). @throws FramewireError bad-config */
  constructor(folder: StateFolder, ownToken: string | undefined) {
    if (ownToken !== undefined) checkToken(ownToken, 'FRAMEWIRE_TOKEN');
    this.#folder = folder;
    this.#ownToken = ownToken;
  }

  /** Where they are. */
  get path(): string {
    return this.#folder.path;
  }

  /** Who was added here, without the owner. @throws FramewireError bad-config or state-unusable */
  get users(): readonly StoredUser[] {
    return this.#stored().users;
  }

  /** Whether somebody is meant to have a token. @throws FramewireError bad-config or state-unusable */
  get hasUsers(): boolean {
    return this.#ownToken !== undefined || this.configured.length > 0 || this.users.length > 0;
  }

  /** Where the server that started last is reached, so that other programs can print links to it. */
  get addresses(): readonly string[] {
    const parsed = z.array(z.url()).safeParse((this.#folder.read(ADDRESSES_FILE) ?? '').trim().split('\n'));
    return parsed.data ?? [];
  }

  set addresses(urls: readonly string[]) {
    try {
      this.#folder.write(ADDRESSES_FILE, `${urls.join('\n')}\n`);
    } catch (error) {
      // A server that is told its token may have no folder, and nobody can ask there for links.
      if (this.#ownToken === undefined) throw error;
    }
  }

  /** Makes the owner's token when there is none. @throws FramewireError bad-config or state-unusable */
  owner(): { token: string; isNew: boolean } {
    if (this.#ownToken !== undefined) return { token: this.#ownToken, isNew: false };
    const { text, isNew } = this.#folder.readOrMake(TOKEN_FILE, newToken);
    return { token: checkToken(text.trim(), `${this.path}/${TOKEN_FILE}`), isNew };
  }

  /** Everybody of this moment, with what signs cookies and links. @throws FramewireError bad-config or state-unusable */
  realm(): GuardedRealm {
    const { users, linkEpoch } = this.#stored();
    const owner = { name: OWNER, role: 'admin', streams: ['*'], expiresAt: Infinity } as const;
    const secret = this.#secret();
    const names = new Set(this.configured.map(({ name }) => name));
    const added = users.filter(({ name }) => !names.has(name)).map(userFrom);
    return {
      kind: 'guarded',
      users: [{ ...owner, digest: digestOf(this.owner().token) }, ...this.configured, ...added],
      secret,
      linkKey: linkKey(secret, linkEpoch),
    };
  }

  /** @returns the user's token, which nobody can read again. @throws FramewireError bad-option for a name that is taken. */
  add(name: string, { role, streams, expiresAt }: Pick<User, 'role' | 'streams' | 'expiresAt'>): string {
    const stored = this.#stored();
    if (name === OWNER || stored.users.some(user => user.name === name)) {
      throw new FramewireError('bad-option', `There is a user "${name}" already.`, 'Take another name.');
    }
    const token = newToken();
    const expires = expiresAt === Infinity ? {} : { expires: new Date(expiresAt).toISOString() };
    const user = { name, role, streams: [...streams], token: digestText(token), ...expires };
    this.#store({ ...stored, users: [...stored.users, user] });
    return token;
  }

  /** Gives a user another token; whoever has the old one is out. @returns the new one. @throws FramewireError bad-option */
  rotate(name = OWNER): string {
    const token = newToken();
    if (name === OWNER) {
      this.#refuseOwnToken();
      this.#folder.write(TOKEN_FILE, token);
      return token;
    }
    const stored = this.#stored();
    known(stored, name);
    const users = stored.users.map(user => (user.name === name ? { ...user, token: digestText(token) } : user));
    this.#store({ ...stored, users });
    return token;
  }

  /** @throws FramewireError bad-option */
  remove(name: string): void {
    if (name === OWNER) {
      throw new FramewireError('bad-option', 'The owner stays.', 'token rotate gives the owner another token.');
    }
    const stored = this.#stored();
    known(stored, name);
    this.#store({ ...stored, users: stored.users.filter(user => user.name !== name) });
  }

  /** Ends all links that were shared. */
  endLinks(): void {
    const stored = this.#stored();
    this.#store({ ...stored, linkEpoch: stored.linkEpoch + 1 });
  }

  /** Another text after each change of the files. */
  get version(): string {
    return [TOKEN_FILE, SECRET_FILE, USERS_FILE].map(name => this.#folder.read(name) ?? '').join('\n');
  }

  /** A server without a folder of its own (a container that is told its token) makes it of the token. */
  #secret(): Buffer {
    try {
      const { text } = this.#folder.readOrMake(SECRET_FILE, () => randomBytes(SECRET_BYTES).toString('base64url'));
      return createHash('sha256').update(text.trim()).digest();
    } catch (error) {
      if (this.#ownToken === undefined) throw error;
      return createHash('sha256').update(`secret ${this.#ownToken}`).digest();
    }
  }

  #stored(): StoredUsers {
    const file = `${this.path}/${USERS_FILE}`;
    const text = this.#folder.read(USERS_FILE) ?? '{}';
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new FramewireError('bad-config', `${file} is no JSON.`, 'Mend it, or remove it with all users in it.');
    }
    const parsed = storedUsers.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new FramewireError('bad-config', `${file}: ${describe(parsed.error)}`, 'Mend it, or remove it.');
  }

  #store(stored: StoredUsers): void {
    this.#folder.write(USERS_FILE, `${JSON.stringify(stored, undefined, 2)}\n`);
  }

  #refuseOwnToken(): void {
    if (this.#ownToken === undefined) return;
    const message = 'FRAMEWIRE_TOKEN is the token of the owner here.';
    throw new FramewireError('bad-option', message, 'Change it where it is set, and start again.');
  }
}

function userFrom({ name, role, streams, token, expires }: StoredUser): User {
  const digest = readDigest(token) ?? Buffer.alloc(0);
  return { name, role, streams, digest, expiresAt: expires === undefined ? Infinity : Date.parse(expires) };
}

function digestText(token: string): string {
  return `sha256:${digestOf(token).toString('base64url')}`;
}

function known({ users }: StoredUsers, name: string): void {
  if (users.some(user => user.name === name)) return;
  const names = [OWNER, ...users.map(user => user.name)].join(', ');
  throw new FramewireError('bad-option', `There is no user "${name}".`, `There are: ${names}.`);
}

function checkToken(token: string, where: string): string {
  if (canBeToken(token)) return token;
  const message = `${where} is no token: 16 to 200 letters, digits, "_" and "-".`;
  throw new FramewireError('bad-config', message, 'Remove it, and one is made.');
}
