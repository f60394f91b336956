import type { ServerMessage, Wishes } from '@framewire/shared/control';
import { clientError, type FramewireClientError } from './errors.js';

/** What to watch and how. Without `stream`: the server's first. Wishes that are absent are the server's defaults. */
export interface SubscribeOptions extends Wishes {
  stream?: string;
}

/** What the server chose, and for people `why` it differs from the wishes (empty when it does not). */
export type Subscribed = Omit<Extract<ServerMessage, { type: 'subscribed' }>, 'type'>;

export type SubscriptionMessage = ({ type: 'subscribe' } & SubscribeOptions) | ({ type: 'set' } & Wishes);

interface Waiter {
  resolve: (answer: Subscribed) => void;
  reject: (error: FramewireClientError) => void;
}

interface Request {
  message: SubscriptionMessage;
  waiters: Waiter[];
}

/**
 * What this viewer asked its server for, through every reconnect.
 *
 * The answers carry no number, so one request is on its way at a time; those that are made meanwhile become one, the
 * newest wish wins, and all who wait for it get the same answer. A slider that is dragged so costs one `set` a round
 * trip.
 */
export class Subscription {
  readonly #send: (message: SubscriptionMessage) => void;
  #isConnected = false;
  /** What the server last agreed to. */
  #agreed: SubscribeOptions | undefined;
  #asked: Request | undefined;
  #next: Request | undefined;

  constructor(send: (message: SubscriptionMessage) => void) {
    this.#send = send;
  }

  /** What is watched once all that was asked is agreed to; undefined: nothing. */
  get wanted(): SubscribeOptions | undefined {
    return [this.#asked, this.#next].reduce(apply, this.#agreed);
  }

  subscribe(options: SubscribeOptions): Promise<Subscribed> {
    return this.#request({ type: 'subscribe', ...options });
  }

  set(wishes: Wishes): Promise<Subscribed> {
    if (this.wanted === undefined) {
      return Promise.reject(clientError('not-subscribed', 'There is no subscription to change; subscribe() first.'));
    }
    return this.#request({ type: 'set', ...wishes });
  }

  /** Those who wait are told so. */
  unsubscribe(): void {
    this.#agreed = undefined;
    this.#drop(clientError('not-subscribed', 'unsubscribe() was called before the server had answered.'));
  }

  /**
   * Asks again for what was agreed to before the connection broke, and only then for what had no answer yet: if that
   * is refused, the old subscription stands.
   */
  connected(): void {
    this.#isConnected = true;
    const unanswered = [this.#asked, this.#next].filter(request => request !== undefined);
    this.#asked = undefined;
    this.#next = unanswered.reduce<Request | undefined>(join, undefined);
    if (this.#agreed === undefined) {
      this.#sendNext();
      return;
    }
    this.#asked = { message: { type: 'subscribe', ...this.#agreed }, waiters: [] };
    this.#send(this.#asked.message);
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  answered(answer: Subscribed): void {
    const asked = this.#takeAsked();
    this.#agreed = apply(this.#agreed, asked);
    asked?.waiters.forEach(waiter => waiter.resolve(answer));
    this.#sendNext();
  }

  /** @returns whether somebody waited for it. */
  refused(error: FramewireClientError): boolean {
    const asked = this.#takeAsked();
    asked?.waiters.forEach(waiter => waiter.reject(error));
    this.#sendNext();
    return asked !== undefined && asked.waiters.length > 0;
  }

  /** The connection is closed for good. */
  end(error: FramewireClientError): void {
    this.#isConnected = false;
    this.#drop(error);
  }

  #request(message: SubscriptionMessage): Promise<Subscribed> {
    return new Promise((resolve, reject) => {
      this.#next = join(this.#next, { message, waiters: [{ resolve, reject }] });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (!this.#isConnected || this.#asked !== undefined || this.#next === undefined) return;
    this.#asked = this.#next;
    this.#next = undefined;
    this.#send(this.#asked.message);
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

/** One request for two. A subscribe replaces everything; a `set` changes only the wishes that it names. */
function join(older: Request | undefined, newer: Request): Request {
  if (older === undefined) return newer;
  const waiters = [...older.waiters, ...newer.waiters];
  if (newer.message.type === 'subscribe') return { message: newer.message, waiters };
  const { type: _, ...wishes } = newer.message;
  return { message: { ...older.message, ...present(wishes) }, waiters };
}

function apply(agreed: SubscribeOptions | undefined, request: Request | undefined): SubscribeOptions | undefined {
  if (request === undefined) return agreed;
  const { type, ...options } = request.message;
  return type === 'subscribe' ? options : { ...agreed, ...present(options) };
}

/** Without the fields that are undefined, because JSON leaves those out and so they change nothing. */
function present(wishes: Wishes): Wishes {
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined));
}
