import type { IncomingMessage } from 'node:http';
import { FramewireError } from '../errors.js';
import type { Access } from './access.js';
import { authorize, judgeAgain, permit, type Realm } from './authorize.js';
import { clientAddress, isEncrypted, isForwardedSecurely, networkOf } from './client-address.js';
import {
  cookieName,
  cookiesNamed,
  isDueForRenewal,
  makeCookie,
  readCookie,
  setCookie,
  type SignedIn,
} from './cookie.js';
import { credentialsOf, type Credentials } from './credentials.js';
import { sees, type Grant, type Role } from './grants.js';
import { makeLink, makerKey } from './share-link.js';
import { TryLimits } from './try-limits.js';

/** How soon it is noticed that a link has ended, ms. */
const JUDGE_EVERY_MS = 1000;

/** What one request or connection may do, for as long as it is kept. */
export class Pass {
  grant: Grant;

  constructor(grant: Grant) {
    this.grant = grant;
  }

  /** Whether a stream exists for its holder. */
  readonly sees = (stream: string): boolean => sees(this.grant, stream);

  /** @throws FramewireError unknown-stream or role-missing */
  permit(role: Role, stream?: string): void {
    permit(this.grant, { role, stream });
  }
}

/** Somebody who goes on watching. */
interface Kept {
  readonly pass: Pass;
  /** The stream that is watched now. */
  readonly watched: () => string | undefined;
  readonly onEnd: (why: FramewireError) => void;
}

/**
 * Lets requests, handshakes and connections in, or says why not: the decision is `authorize`, here is what it is asked with
 * and what follows. Until it is told who may come in, nobody may.
 */
export class Guard {
  readonly #access: Access;
  readonly #now: () => number;
  readonly #limits = new TryLimits();
  readonly #kept = new Set<Kept>();
  #realm: Realm = { kind: 'guarded', users: [], secret: Buffer.alloc(0), linkKey: Buffer.alloc(0) };
  #timer: NodeJS.Timeout | undefined;

  /** @param now ms since 1970. */
  constructor(access: Access, now: () => number = Date.now) {
    this.#access = access;
    this.#now = now;
  }

  /** Another one takes effect at once, also for those who watch. */
  set realm(realm: Realm) {
    this.#realm = realm;
    this.#judgeKept();
  }

  get isGuarded(): boolean {
    return this.#realm.kind === 'guarded';
  }

  /** Who may not even ask, before credentials count. A server that wants a token may be called by any name. */
  refusedBeforehand(request: IncomingMessage): FramewireError | undefined {
    return this.isGuarded ? undefined : (this.#access.refusedHost(request) ?? this.#access.refusedProxy(request));
  }

  /**
   * @param role that it needs.
   * @throws FramewireError as `authorize`, and bad-request, too-many-tries.
   */
  admit(request: IncomingMessage, role: Role): Pass {
    return this.#judge(request, credentialsOf(request, cookieOf(request)), role);
  }

  /** As `admit`, for what changes something or stays: a page of another site may not use what its browser sends by itself. */
  admitPage(request: IncomingMessage, role: Role): Pass {
    const credentials = credentialsOf(request, cookieOf(request));
    const pass = this.#judge(request, credentials, role);
    const isExplicit = credentials.kind === 'token' && !credentials.isAmbient;
    const stranger = this.isGuarded && isExplicit ? undefined : this.#access.refusedOrigin(request);
    if (stranger !== undefined) throw stranger;
    return pass;
  }

  /** As `admit`, for a token that came in a message. @param token undefined: it said none. */
  admitToken(request: IncomingMessage, token: string | undefined): Pass {
    const credentials: Credentials =
      token === undefined ? { kind: 'none' } : { kind: 'token', token, isAmbient: false };
    return this.#judge(request, credentials, 'view');
  }

  /** Whether a page of any site may read the answer: it knows the token, so nothing is kept from it. */
  hasExplicitToken(request: IncomingMessage): boolean {
    const credentials = credentialsOf(request, cookieOf(request));
    return this.isGuarded && credentials.kind === 'token' && !credentials.isAmbient;
  }

  /** The header that has a browser remember the token of this request. @returns undefined when it brought none. */
  cookieAfter(request: IncomingMessage): string | undefined {
    const name = cookieOf(request);
    const credentials = credentialsOf(request, name);
    if (this.#realm.kind === 'open' || credentials.kind !== 'token') return undefined;
    const { basis } = authorize(this.#realm, credentials, { role: 'view' }, this.#now());
    if (basis.kind === 'link') {
      // Whoever shares a link and tries it stays who they are.
      return this.#signedIn(request, name) === undefined ? setCookie(name, basis.link, isSecure(request)) : undefined;
    }
    const user = this.#realm.users.find(({ digest }) => basis.kind === 'user' && digest.equals(basis.digest));
    return user && setCookie(name, makeCookie(user, this.#realm.secret, this.#now()), isSecure(request));
  }

  /** The header that replaces a cookie which grows old; undefined while it is not needed. */
  renewedCookie(request: IncomingMessage): string | undefined {
    const name = cookieOf(request);
    const now = this.#now();
    const signedIn = this.#signedIn(request, name);
    if (this.#realm.kind === 'open' || signedIn === undefined || !isDueForRenewal(signedIn, now)) return undefined;
    return setCookie(name, makeCookie(signedIn.user, this.#realm.secret, now), isSecure(request));
  }

  /**
   * @param expiresAt ms since 1970.
   * @returns a token that shows one stream until then, or until its maker may not show it any more; undefined where no
   * token is wanted.
   */
  share({ grant: { basis } }: Pass, stream: string, expiresAt: number): string | undefined {
    if (this.#realm.kind === 'open' || basis.kind !== 'user') return undefined;
    return makeLink({ stream, expiresAt }, makerKey(this.#realm.linkKey, basis.digest));
  }

  /**
   * Judges again, whenever users change and while time passes, who goes on watching.
   *
   * @param onEnd is called once, when the pass has ended or the stream is not granted any more.
   * @returns what ends that.
   */
  keep(pass: Pass, watched: () => string | undefined, onEnd: (why: FramewireError) => void): Disposable {
    const kept = { pass, watched, onEnd };
    this.#kept.add(kept);
    this.#timer ??= setInterval(() => this.#judgeKept(), JUDGE_EVERY_MS).unref();
    return { [Symbol.dispose]: () => this.#discharge(kept) };
  }

  /** The newest cookie of a user that the request has. */
  #signedIn({ headers }: IncomingMessage, name: string): SignedIn | undefined {
    if (this.#realm.kind === 'open') return undefined;
    const { users, secret } = this.#realm;
    const all = cookiesNamed(name, headers.cookie).flatMap(
      value => readCookie(value, users, secret, this.#now()) ?? [],
    );
    return all.sort((a, b) => b.issuedAt - a.issuedAt)[0];
  }

  #judge(request: IncomingMessage, credentials: Credentials, role: Role): Pass {
    try {
      return new Pass(authorize(this.#realm, credentials, { role }, this.#now()));
    } catch (error) {
      throw error instanceof FramewireError && error.code === 'token-wrong' ? this.#wrong(request, error) : error;
    }
  }

  #wrong(request: IncomingMessage, error: FramewireError): FramewireError {
    const waitMs = this.#limits.failed(networkOf(clientAddress(request)), this.#now());
    if (waitMs === 0) return error;
    const retryAfterS = Math.ceil(waitMs / 1000);
    const message = 'Too many wrong tokens from this address.';
    return new FramewireError('too-many-tries', message, `Try again in ${retryAfterS} s.`, { retryAfterS });
  }

  #judgeKept(): void {
    const now = this.#now();
    for (const kept of [...this.#kept]) {
      const why = this.#endOf(kept, now);
      if (why === undefined) continue;
      this.#discharge(kept);
      kept.onEnd(why);
    }
  }

  #endOf({ pass, watched }: Kept, now: number): FramewireError | undefined {
    try {
      pass.grant = judgeAgain(this.#realm, pass.grant, now);
      pass.permit('view', watched());
      return undefined;
    } catch (error) {
      if (error instanceof FramewireError) return error;
      throw error;
    }
  }

  #discharge(kept: Kept): void {
    this.#kept.delete(kept);
    if (this.#kept.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function cookieOf(request: IncomingMessage): string {
  return cookieName(request.socket.localPort ?? 0, isSecure(request));
}

function isSecure(request: IncomingMessage): boolean {
  return isEncrypted(request.socket) || isForwardedSecurely(request);
}
