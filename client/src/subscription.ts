import type { ServerMessage, Wishes } from '@framewire/shared/control';
import { clientError, type FramewireClientError } from './errors.js';

/**
 * What is asked for where no quality is named: JPEG as people know it. What a server sends by itself is 30, the quality of
 * the scripts that it replaces, which saves two thirds of the bytes and shows its blocks.
 */
export const DEFAULT_QUALITY = 75;

/**
 * What to watch and how. Without `stream`: the server's first. Wishes that are absent: the best that the source has and the
 * link carries, at quality 75.
 */
export interface SubscribeOptions extends Wishes {
  stream?: string;
}

/** What the server chose, and for people `why` it differs from the wishes (empty when it does not). */
export type Subscribed = Omit<Extract<ServerMessage, { type: 'subscribed' }>, 'type'>;

/** Those that are answered with `subscribed` or `error`. */
type Question = ({ type: 'subscribe' } & SubscribeOptions) | ({ type: 'set' } & Wishes) | { type: 'resume' };

/** All that a subscription says to its server. */
export type SubscriptionMessage = Question | { type: 'pause' } | { type: 'unsubscribe' };

interface Waiter {
  resolve: (answer: Subscribed) => void;
  reject: (error: FramewireClientError) => void;
}

interface Request {
  message: Question;
  waiters: Waiter[];
}

/**
 * What this viewer asked its server for, through every pause and reconnect.
 *
 * The answers carry no number, so one request is on its way at a time; those that are made meanwhile become one, the
 * newest wish wins, and all who wait for it get the same answer. A slider that is dragged so costs one `set` a round
 * trip. A viewer that is paused asks for nothing, also not after a reconnect: no camera is opened for it.
 */
export class Subscription {
  readonly #send: (message: SubscriptionMessage) => void;
  #isConnected = false;
  #isPaused = false;
  /** The server knows of the pause, and answers when it ends. */
  #isPausedThere = false;
  /** This connection knows nothing yet of what was agreed to on the one before. */
  #isRenewalDue = false;
  /** What the server last agreed to. */
  #agreed: SubscribeOptions | undefined;
  #asked: Request | undefined;
  #next: Request | undefined;

  constructor(send: (message: SubscriptionMessage) => void) {
    this.#send = send;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** What is watched once all that was asked is agreed to; undefined: nothing. */
  get wanted(): SubscribeOptions | undefined {
    return [this.#asked, this.#next].reduce(apply, this.#agreed);
  }

  subscribe(options: SubscribeOptions): Promise<Subscribed> {
    return this.#request({ type: 'subscribe', ...options });
  }

  async set(wishes: Wishes): Promise<Subscribed> {
    if (this.wanted === undefined) {
      throw clientError('not-subscribed', 'There is no subscription to change; subscribe() first.');
    }
    return this.#request({ type: 'set', ...wishes });
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    const isWatching = this.#asked !== undefined || (this.#agreed !== undefined && !this.#isRenewalDue);
    if (!this.#isConnected || !isWatching) return;
    this.#isPausedThere = true;
    this.#send({ type: 'pause' });
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#isPausedThere && this.#asked !== undefined) {
      // Its answer waited for this.
      this.#isPausedThere = false;
      this.#send({ type: 'resume' });
    }
    this.#proceed();
  }

  /** Those who wait are told so. */
  unsubscribe(): void {
    this.#agreed = undefined;
    this.#isPausedThere = false;
    this.#drop(clientError('not-subscribed', 'unsubscribe() was called before the server had answered.'));
    if (this.#isConnected) this.#send({ type: 'unsubscribe' });
  }

  /**
   * Asks again for what was agreed to before the connection broke, and only then for what had no answer yet: if that
   * is refused, the old subscription stands.
   */
  connected(): void {
    this.#isConnected = true;
    this.#isPausedThere = false;
    this.#isRenewalDue = this.#agreed !== undefined;
    const unanswered = [this.#asked, this.#next].filter(request => request !== undefined);
    this.#asked = undefined;
    this.#next = unanswered.reduce<Request | undefined>(join, undefined);
    this.#proceed();
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  answered(answer: Subscribed): void {
    const asked = this.#takeAsked();
    this.#agreed = apply(this.#agreed, asked);
    asked?.waiters.forEach(waiter => waiter.resolve(answer));
    this.#proceed();
  }

  /** @returns whether somebody waited for it. */
  refused(error: FramewireClientError): boolean {
    const asked = this.#takeAsked();
    // A server that watches nothing for us has nothing to resume.
    if (this.#agreed === undefined) this.#isPausedThere = false;
    asked?.waiters.forEach(waiter => waiter.reject(error));
    this.#proceed();
    return asked !== undefined && asked.waiters.length > 0;
  }

  /** The connection is closed for good. */
  end(error: FramewireClientError): void {
    this.#isConnected = false;
    this.#drop(error);
  }

  #request(message: Question): Promise<Subscribed> {
    return new Promise((resolve, reject) => {
      this.#next = join(this.#next, { message, waiters: [{ resolve, reject }] });
      this.#proceed();
    });
  }

  /** Asks what is due, one thing at a time. */
  #proceed(): void {
    if (!this.#isConnected || this.#isPaused || this.#asked !== undefined) return;
    const next = this.#next;
    if (this.#isRenewalDue && this.#agreed !== undefined) {
      this.#isRenewalDue = false;
      this.#ask({ message: { type: 'subscribe', ...this.#agreed }, waiters: [] });
    } else if (this.#isPausedThere && next?.message.type !== 'subscribe') {
      this.#ask({ message: { type: 'resume' }, waiters: [] });
    } else if (next !== undefined) {
      this.#next = undefined;
      this.#ask(next);
    }
  }

  /** Everything that is asked also ends a pause. */
  #ask(request: Request): void {
    this.#isPausedThere = false;
    this.#asked = request;
    this.#send(request.message);
  }

  #takeAsked(): Request | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    return asked;
  }

  #drop(error: FramewireClientError): void {
    const waiters = [...(this.#asked?.waiters ?? []), ...(this.#next?.waiters ?? [])];
    this.#asked = undefined;
    this.#next = undefined;
    waiters.forEach(waiter => waiter.reject(error));
  }
}

/** One request for two. A `set` changes only the wishes that it names; everything else replaces what came before. */
function join(older: Request | undefined, newer: Request): Request {
  if (older === undefined) return newer;
  const waiters = [...older.waiters, ...newer.waiters];
  if (newer.message.type !== 'set' || older.message.type === 'resume') return { message: newer.message, waiters };
  const { type: _, ...wishes } = newer.message;
  return { message: { ...older.message, ...present(wishes) }, waiters };
}

function apply(agreed: SubscribeOptions | undefined, request: Request | undefined): SubscribeOptions | undefined {
  if (request === undefined || request.message.type === 'resume') return agreed;
  const { type, ...options } = request.message;
  return type === 'subscribe' ? options : { ...agreed, ...present(options) };
}

/** Without the fields that are undefined, because JSON leaves those out and so they change nothing. */
function present(wishes: Wishes): Wishes {
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined));
}
