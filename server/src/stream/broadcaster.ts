import type { StreamInfo } from '@framewire/shared/control';
import { FramewireError } from '../errors.js';
import { KnownRates } from '../link/known-rates.js';
import type { Stream } from './stream.js';

const TICK_MS = 1000;

/** Anything that watches: it is looked at once a second, and told when the server stops. */
export interface Guest {
  tick(): void;
  /** Leaves its place to somebody who comes, if it does nothing with it. @returns whether it has gone. */
  giveWay(): boolean;
  /** The server stops: say goodbye and go. */
  dismiss(): void;
}

/** The streams there are, and who may watch them: admission, limits, the second hand, the end. */
export class Broadcaster {
  /** What links to its viewers carried, for those who come again. */
  readonly knownRates = new KnownRates();
  readonly #streams: ReadonlyMap<string, Stream>;
  readonly #maxViewers: number;
  readonly #guests = new Set<Guest>();
  #isClosed = false;
  /** Runs while there are guests. */
  #ticker: NodeJS.Timeout | undefined;

  /** @param streams at least one; their names differ. @param maxViewers of all streams and transports together. */
  constructor(streams: readonly Stream[], maxViewers: number) {
    this.#streams = new Map(streams.map(stream => [stream.name, stream]));
    this.#maxViewers = maxViewers;
  }

  get streams(): StreamInfo[] {
    return [...this.#streams.values()].map(({ info }) => info);
  }

  get viewers(): number {
    return this.#guests.size;
  }

  /** @param name absent or empty: the first stream. @throws FramewireError unknown-stream or server-stopping */
  stream(name?: string): Stream {
    this.#refuseWhenClosed();
    const stream = name === undefined || name === '' ? [...this.#streams.values()][0] : this.#streams.get(name);
    if (stream !== undefined) return stream;
    throw this.#unknown(`"${name ?? ''}"`);
  }

  /** @param index in the order of the command line, from 0. @throws FramewireError unknown-stream or server-stopping */
  streamAt(index: number): Stream {
    this.#refuseWhenClosed();
    const stream = [...this.#streams.values()][index];
    if (stream !== undefined) return stream;
    throw this.#unknown(`number ${index}`);
  }

  #unknown(stream: string): FramewireError {
    const names = [...this.#streams.keys()].join(', ');
    return new FramewireError('unknown-stream', `There is no stream ${stream}.`, `There are: ${names}.`);
  }

  /** @returns what takes the guest off the list again. @throws FramewireError too-many-viewers or server-stopping */
  admit(guest: Guest): Disposable {
    this.#refuseWhenClosed();
    if (this.#guests.size >= this.#maxViewers && !this.#makeRoom()) {
      const message = `This server has as many viewers as it may have: ${this.#maxViewers}.`;
      throw new FramewireError('too-many-viewers', message, 'Try again later.');
    }
    this.#guests.add(guest);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    return { [Symbol.dispose]: () => this.#discharge(guest) };
  }

  /** Sends every guest away; nobody comes in any more. */
  close(): void {
    this.#isClosed = true;
    for (const guest of [...this.#guests]) guest.dismiss();
  }

  /** Who reconnects at once would keep the server from stopping, and start its engines again. */
  #refuseWhenClosed(): void {
    if (this.#isClosed)
      throw new FramewireError('server-stopping', 'This server is stopping.', 'Try again in a moment.');
  }

  /** The one that came first goes first. */
  #makeRoom(): boolean {
    for (const guest of this.#guests) {
      if (!guest.giveWay()) continue;
      // Its goodbye takes a while, its place is free at once.
      this.#discharge(guest);
      return true;
    }
    return false;
  }

  #discharge(guest: Guest): void {
    this.#guests.delete(guest);
    if (this.#guests.size > 0) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #tick(): void {
    for (const guest of [...this.#guests]) guest.tick();
  }
}
