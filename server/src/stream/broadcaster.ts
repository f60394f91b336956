import type { StreamInfo } from '@framewire/shared/control';
import { FramewireError } from '../errors.js';
import { KnownRates } from '../link/known-rates.js';
import type { Stream } from './stream.js';

const TICK_MS = 1000;

/** Anything that watches: it is looked at once a second, and told when the server stops. */
export interface Watcher {
  tick(): void;
  /** Leaves its place to somebody who comes, if it does nothing with it. @returns whether it has gone. */
  yieldPlace(): boolean;
  /** The server stops: say goodbye and go. */
  dismiss(): void;
}

/** The streams that exist for one viewer. */
export interface SeenStreams {
  readonly streams: StreamInfo[];
  /** @param name absent or empty: the first stream. @throws FramewireError unknown-stream or server-stopping */
  stream(name?: string): Stream;
  /** @param index in the order of the command line, from 0. @throws FramewireError unknown-stream or server-stopping */
  streamAt(index: number): Stream;
}

/** The streams there are, and who may watch them: admission, limits, the second hand, the end. */
export class Broadcaster {
  /** What links to its viewers carried, for those who come again. */
  readonly knownRates = new KnownRates();
  #streams: ReadonlyMap<string, Stream>;
  #maxViewers: number;
  readonly #watchers = new Set<Watcher>();
  #isClosed = false;
  /** Runs while there are watchers. */
  #ticker: NodeJS.Timeout | undefined;

  /** @param streams at least one; their names differ. @param maxViewers of all streams and transports together. */
  constructor(streams: readonly Stream[], maxViewers: number) {
    this.#streams = new Map(streams.map(stream => [stream.name, stream]));
    this.#maxViewers = maxViewers;
  }

  /** From now on these are the streams. Those who watch others are not told. @param streams as for the constructor. */
  replace(streams: readonly Stream[]): void {
    this.#streams = new Map(streams.map(stream => [stream.name, stream]));
  }

  /** Who is there already stays. */
  limit(maxViewers: number): void {
    this.#maxViewers = maxViewers;
  }

  get viewers(): number {
    return this.#watchers.size;
  }

  /** The streams as one viewer knows them. @param sees whether a stream of that name exists for them; asked each time. */
  seenBy(sees: (stream: string) => boolean): SeenStreams {
    const seen = () => [...this.#streams.values()].filter(({ name }) => sees(name));
    const find = (select: (streams: Stream[]) => Stream | undefined, which: string) => {
      this.#refuseWhenClosed();
      const streams = seen();
      const stream = select(streams);
      if (stream !== undefined) return stream;
      const hint = streams.length === 0 ? '' : `There are: ${streams.map(({ name }) => name).join(', ')}.`;
      throw new FramewireError('unknown-stream', `There is no stream${which}.`, hint);
    };
    return {
      get streams() {
        return seen().map(({ info }) => info);
      },
      stream: name =>
        name === undefined || name === ''
          ? find(streams => streams[0], ' for you')
          : find(streams => streams.find(stream => stream.name === name), ` "${name}"`),
      streamAt: index => find(streams => streams[index], ` number ${index}`),
    };
  }

  /** @returns what takes the watcher off the list again. @throws FramewireError too-many-viewers or server-stopping */
  admit(watcher: Watcher): Disposable {
    this.#refuseWhenClosed();
    if (this.#watchers.size >= this.#maxViewers && !this.#makeRoom()) {
      const message = `This server has as many viewers as it may have: ${this.#maxViewers}.`;
      throw new FramewireError('too-many-viewers', message, 'Try again later.');
    }
    this.#watchers.add(watcher);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    return { [Symbol.dispose]: () => this.#discharge(watcher) };
  }

  /** Sends every watcher away; nobody comes in any more. */
  close(): void {
    this.#isClosed = true;
    for (const watcher of [...this.#watchers]) watcher.dismiss();
  }

  /** Who reconnects at once would keep the server from stopping, and start its engines again. */
  #refuseWhenClosed(): void {
    if (this.#isClosed)
      throw new FramewireError('server-stopping', 'This server is stopping.', 'Try again in a moment.');
  }

  /** The one that came first goes first. */
  #makeRoom(): boolean {
    for (const watcher of this.#watchers) {
      if (!watcher.yieldPlace()) continue;
      // Its goodbye takes a while, its place is free at once.
      this.#discharge(watcher);
      return true;
    }
    return false;
  }

  #discharge(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #tick(): void {
    for (const watcher of [...this.#watchers]) watcher.tick();
  }
}
