import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FramewireError } from '../../errors.js';
import { MOST_TURNED_AWAY, type Admission, type ConnectionLimits } from './connection-limits.js';

/** Who is turned away has this long to ask for something, which is answered with the reason, ms. */
const ANSWER_MS = 1000;

const REASONS: Record<Exclude<Admission, 'admitted'>, string> = {
  'server-full': 'This server has as many connections as it may have.',
  'address-full': 'Your address has as many connections to this server as one address may have.',
};

/** Keeps connections within their limits: those beyond are told so, in answer to what they ask first, and closed. */
export class ConnectionGate {
  readonly #limits: ConnectionLimits;
  readonly #onTurnedAway: (reason: FramewireError, address: string) => void;
  readonly #known = new WeakSet<Duplex>();
  readonly #turnedAway = new Map<Duplex, FramewireError>();

  /** @param onTurnedAway is called for each connection beyond the limits that is told why. */
  constructor(limits: ConnectionLimits, onTurnedAway: (reason: FramewireError, address: string) => void) {
    this.#limits = limits;
    this.#onTurnedAway = onTurnedAway;
  }

  /** Call for each connection; again for one that is known does nothing. */
  enter(socket: Socket): void {
    if (this.#known.has(socket)) return;
    this.#known.add(socket);
    const { remoteAddress = '' } = socket;
    const admission = this.#limits.admit(remoteAddress);
    if (admission === 'admitted') socket.once('close', () => this.#limits.leave(remoteAddress));
    else this.#turnAway(socket, REASONS[admission]);
  }

  /** Why nothing may be answered on this connection but that. */
  refusal(socket: Duplex): FramewireError | undefined {
    return this.#turnedAway.get(socket);
  }

  #turnAway(socket: Socket, reason: string): void {
    // Each of them has a descriptor too, and there may be thousands a second.
    if (this.#turnedAway.size >= MOST_TURNED_AWAY) {
      socket.destroy();
      return;
    }
    const refusal = new FramewireError('too-many-connections', reason, 'Try again later.');
    this.#turnedAway.set(socket, refusal);
    this.#onTurnedAway(refusal, socket.remoteAddress ?? '');
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#turnedAway.delete(socket);
    });
  }
}
