import type { ClientMessage } from '@framewire/shared/control';
import { retryDelayMs, STABLE_AFTER_MS } from './backoff.js';
import type { ClockSync } from '../latency/clock-sync.js';
import type { StallDetector } from '../latency/stall-detector.js';
import type { Target } from './socket/socket.js';
import { Session, type Ending, type SessionEvents } from './session.js';

/**
 * Where the client stands with its server. `code` is a `ClientErrorCode`, or the server's (`upgrade-required`,
 * `origin-refused`, ...); `reason` is a sentence or two for people.
 */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'open' }
  /** `attempt` counts from 1; `retryInMs` is 0 while it is being tried. */
  | { state: 'reconnecting'; attempt: number; retryInMs: number; code: string; reason: string }
  /** For good: `close()` was called, or the server refused in a way that trying again does not mend. */
  | { state: 'closed'; code: string; reason: string };

/** What all sessions of a connection tell. */
export interface ConnectionEvents extends Omit<SessionEvents, 'ended'> {
  state(state: ConnectionState): void;
}

/** One session after another, until it is closed or refused. */
export class Connection {
  readonly #target: Target;
  readonly #events: ConnectionEvents;
  readonly #relay: StallDetector | undefined;
  #state: ConnectionState = { state: 'connecting' };
  #session: Session | undefined;
  #waiting: { timer: ReturnType<typeof setTimeout>; tryAgain: () => void } | undefined;
  #failures = 0;
  #openedAt = 0;

  /** @param relay as for `Session` */
  constructor(target: Target, events: ConnectionEvents, relay?: StallDetector) {
    this.#target = target;
    this.#relay = relay;
    this.#events = events;
  }

  /** To be called once. */
  start(): void {
    const events: SessionEvents = {
      ...this.#events,
      welcome: message => {
        this.#openedAt = performance.now();
        // First, so that those who hear that it is open find the streams.
        this.#events.welcome(message);
        this.#enter({ state: 'open' });
      },
      ended: ending => this.#ended(ending),
    };
    this.#session = new Session(this.#target, events, this.#relay);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Of the session now; undefined between two. */
  get clock(): ClockSync | undefined {
    return this.#session?.clock;
  }

  /** Left out while there is no session. */
  send(message: ClientMessage | Uint8Array<ArrayBuffer>): void {
    this.#session?.send(message);
  }

  /** Where it waits to try again, it does so now. */
  retryNow(): void {
    this.#waiting?.tryAgain();
  }

  /** For good. Further calls do nothing. */
  close(): void {
    if (this.#state.state === 'closed') return;
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
    this.#session?.close();
    this.#session = undefined;
    this.#enter({ state: 'closed', code: 'closed', reason: 'The client was closed.' });
  }

  #ended({ retry, code, reason }: Ending): void {
    this.#session = undefined;
    if (!retry) {
      this.#enter({ state: 'closed', code, reason });
      return;
    }
    const wasStable = this.#state.state === 'open' && performance.now() - this.#openedAt >= STABLE_AFTER_MS;
    this.#failures = wasStable ? 1 : this.#failures + 1;
    const attempt = this.#failures;
    const retryInMs = retryDelayMs(attempt, Math.random());
    const state = { state: 'reconnecting', attempt, retryInMs, code, reason } as const;
    const tryAgain = (): void => {
      clearTimeout(timer);
      this.#waiting = undefined;
      this.#enter({ ...state, retryInMs: 0 });
      if (this.#state.state !== 'closed') this.start();
    };
    const timer = setTimeout(tryAgain, retryInMs);
    this.#waiting = { timer, tryAgain };
    this.#enter(state);
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#events.state(state);
  }
}
