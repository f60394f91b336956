import { FramewireError } from '../errors.js';
import { Access } from './access.js';
import type { User } from './grants.js';
import { Guard } from './guard.js';
import type { AllowedNames } from './origins.js';
import type { UserStore } from './user-store.js';

/** As `--auth` says; undefined: as it follows from what is listened on. */
export type AuthChoice = 'token' | 'none' | undefined;

/** How people get in. */
export type Entry =
  /** Whoever is on this machine. */
  | { readonly kind: 'this-machine' }
  /** Whoever reaches the server. */
  | { readonly kind: 'everybody' }
  /** `isNew`: it was made just now. */
  | { readonly kind: 'token'; readonly token: string; readonly isNew: boolean };

/** How soon another token or user counts, ms. */
const LOOK_EVERY_MS = 2000;

/**
 * Whether a server wants tokens. That follows from what it listens on and never from where a request comes from: proxies,
 * tunnels and containers' networks all come from this machine.
 *
 * @param isOpen whether other machines can connect. @param hasUsers somebody was given a token.
 */
export function wantsTokens(choice: AuthChoice, isOpen: boolean, hasUsers: boolean): boolean {
  return choice === undefined ? isOpen || hasUsers : choice === 'token';
}

/**
 * Has the guard let in whoever may come.
 *
 * @param isOpen as for `wantsTokens`.
 * @throws FramewireError bad-config or state-unusable
 */
export function openDoor(guard: Guard, store: UserStore, choice: AuthChoice, isOpen: boolean): Entry {
  if (choice !== 'none' && wantsTokens(choice, isOpen, store.hasUsers)) {
    const owner = store.owner();
    guard.realm = store.realm();
    return { kind: 'token', ...owner };
  }
  // To one's own machine everything is one's own. Others may watch, and change nothing.
  guard.realm = { kind: 'open', role: isOpen ? 'view' : 'admin' };
  return { kind: choice === 'none' ? 'everybody' : 'this-machine' };
}

/** Keeps a guard up to date with its users. @param warn gets a sentence when they cannot be read. @returns what ends that. */
export function followUsers(guard: Guard, store: UserStore, warn: (sentence: string) => void): Disposable {
  let version = store.version;
  const look = () => {
    try {
      const now = store.version;
      if (now === version) return;
      version = now;
      guard.realm = store.realm();
    } catch (error) {
      if (!(error instanceof FramewireError)) throw error;
      warn(`${error.message} The users of before stay. ${error.hint}`);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Who may come in, from the start to the end of one server. */
export class Door {
  readonly access: Access;
  readonly guard: Guard;
  readonly #users: UserStore;
  readonly #choice: AuthChoice;
  readonly #tell: (sentence: string) => void;
  readonly #entry: Entry | undefined;
  #following: Disposable | undefined;

  /** @param tell gets sentences for the operator; `refused` those about who is kept out, and how to let them in. @throws FramewireError bad-config or state-unusable */
  constructor(
    { host, allowedOrigins, auth }: AllowedNames & { auth: AuthChoice },
    users: UserStore,
    tell: (sentence: string, event?: 'refused') => void,
  ) {
    this.access = new Access({ host, allowedOrigins, isForEverybody: auth === 'none' }, sentence =>
      tell(sentence, 'refused'),
    );
    this.guard = new Guard(this.access);
    this.#users = users;
    this.#choice = auth;
    this.#tell = tell;
    // What is called so is this machine's own. Of any other host that is known once it is listened on.
    this.#entry = host === 'localhost' ? openDoor(this.guard, users, auth, false) : undefined;
  }

  /** Call as soon as it is listened on. @throws FramewireError bad-config or state-unusable */
  open({ isOpen, local, network }: { isOpen: boolean; local: string[]; network: string[] }): Entry {
    const entry = this.#entry ?? openDoor(this.guard, this.#users, this.#choice, isOpen);
    if (entry.kind === 'token') {
      this.#users.addresses = [...network, ...local];
      this.#following = followUsers(this.guard, this.#users, this.#tell);
    }
    return entry;
  }

  /**
   * Has other users of the settings count, also for those who are connected.
   *
   * @returns false where no tokens are wanted: that is settled when it is opened.
   * @throws FramewireError bad-config or state-unusable; then all stays as it was.
   */
  admit(users: readonly User[]): boolean {
    if (!this.guard.isGuarded) return false;
    const before = this.#users.configured;
    this.#users.configured = users;
    try {
      this.guard.realm = this.#users.realm();
      return true;
    } catch (error) {
      this.#users.configured = before;
      throw error;
    }
  }

  close(): void {
    this.#following?.[Symbol.dispose]();
  }
}
