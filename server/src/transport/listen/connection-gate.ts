import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FramewireError } from '../../errors.js';
import { MOST_REFUSED, type Admission, type ConnectionLimits } from './connection-limits.js';
import { rawSocketOf } from '../kernel/raw-socket.js';

/** Who is turned away has this long to ask for something, which is answered with the reason, ms. */
const ANSWER_MS = 1000;

const REASONS: Record<Exclude<Admission, 'admitted'>, string> = {
  'server-full': 'This server has as many connections as it may have.',
  'address-full': 'Your address has as many connections to this server as one address may have.',
};

/** Keeps connections within their limits: those beyond are told so, in answer to what they ask first, and closed. */
export class ConnectionGate {
  readonly #limits: ConnectionLimits;
  readonly #onRefused: (reason: FramewireError, address: string) => void;
  readonly #known = new WeakSet<Duplex>();
  readonly #refused = new Map<Duplex, FramewireError>();

  /** @param onRefused is called for each connection beyond the limits that is told why. */
  constructor(limits: ConnectionLimits, onRefused: (reason: FramewireError, address: string) => void) {
    this.#limits = limits;
    this.#onRefused = onRefused;
  }

  /** Call for each connection of the kernel; again for one that is known does nothing. */
  enter(socket: Socket): void {
    if (this.#known.has(socket)) return;
    this.#known.add(socket);
    const { remoteAddress = '' } = socket;
    const admission = this.#limits.admit(remoteAddress);
    if (admission === 'admitted') socket.once('close', () => this.#limits.leave(remoteAddress));
    else this.#refuse(socket, REASONS[admission]);
  }

  /** Why nothing may be answered on this connection but that. */
  refusal(socket: Duplex): FramewireError | undefined {
    return this.#refused.get(socket instanceof Socket ? rawSocketOf(socket) : socket);
  }

  #refuse(socket: Socket, reason: string): void {
    // Each of them has a descriptor too, and there may be thousands a second.
    if (this.#refused.size >= MOST_REFUSED) {
      socket.destroy();
      return;
    }
    const refusal = new FramewireError('too-many-connections', reason, 'Try again later.');
    this.#refused.set(socket, refusal);
    this.#onRefused(refusal, socket.remoteAddress ?? '');
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#refused.delete(socket);
    });
  }
}
