import type { Logger } from 'pino';
import type { Door } from './access/entry.js';
import type { Config } from './config/config.js';
import { FramewireError } from './errors.js';
import type { Metrics } from './ops/metrics.js';
import type { ServedStreams } from './served-streams.js';
import type { Broadcaster } from './stream/broadcaster.js';
import type { Certificates } from './tls/certificates.js';

/** What has become of settings that were read again, by the names that they have in a file: `grace`, `streams.gate`. */
export interface Reloaded {
  /** They hold now. */
  readonly changed: readonly string[];
  /** They have changed, and hold only from the next start on. */
  readonly nextStart: readonly string[];
}

/** Keys of the settings, and their names in a file. */
type Names = readonly (readonly [key: Exclude<keyof Config, 'streams' | 'users'>, name: string])[];

/** What is settled by the time that the server listens. */
const SETTLED: Names = [
  ['host', 'host'],
  ['port', 'port'],
  ['auth', 'auth'],
  ['tls', 'tls'],
  ['allowedOrigins', 'allowOrigin'],
  ['maxRenditions', 'maxRenditions'],
  ['logFormat', 'logFormat'],
];

const LIVE: Names = [
  ['graceMs', 'grace'],
  ['maxViewers', 'maxViewers'],
  ['logLevel', 'logLevel'],
];

interface Running {
  /** As the server has started. */
  readonly config: Config;
  /** Reads the settings again. @throws FramewireError */
  readonly load: () => Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly door: Door;
  readonly broadcaster: Broadcaster;
  readonly served: ServedStreams;
  readonly certificates: Certificates | undefined;
}

/** Takes settings over while the server runs: as a whole or not at all, and one reload after the other. */
export class Reloader {
  readonly #running: Running;
  #now: Config;
  #last: Promise<unknown> = Promise.resolve();

  constructor(running: Running) {
    this.#running = running;
    this.#now = running.config;
  }

  /**
   * Reads the settings again, and tells the operator what came of it. Streams that stay as they are lose nothing; viewers of
   * a stream that is set up anew connect again, those of one that is gone are told so.
   *
   * @throws FramewireError for settings that are wrong; then all stays as it was.
   */
  reload(): Promise<Reloaded> {
    const reloaded = this.#last.then(() => this.#reload());
    this.#last = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #reload(): Promise<Reloaded> {
    const { config, load, log, metrics, door, broadcaster, served, certificates } = this.#running;
    try {
      const { next, areAdmitted } = metrics.reloads(() => {
        const read = load();
        return { next: read, areAdmitted: door.admit(read.users) };
      });
      const before = areAdmitted ? this.#now : config;
      const users = text(before.users) === text(next.users) ? [] : ['users'];
      const changed = [...differing(LIVE, this.#now, next), ...(areAdmitted ? users : [])];
      const nextStart = [...differing(SETTLED, config, next), ...(areAdmitted ? [] : users)];
      log.level = next.logLevel;
      broadcaster.limit(next.maxViewers);
      await certificates?.look(true);
      const streams = await served.reload(next, all => broadcaster.replace(all));
      this.#now = next;
      const reloaded = { changed: [...changed, ...streams.map(name => `streams.${name}`)], nextStart };
      tell(log, reloaded);
      return reloaded;
    } catch (error) {
      if (error instanceof FramewireError) tellWrong(log, error);
      throw error;
    }
  }
}

function differing(names: Names, before: Config, after: Config): string[] {
  return names.filter(([key]) => text(before[key]) !== text(after[key])).map(([, name]) => name);
}

/** The same for what is the same. JSON has no Infinity. */
function text(value: unknown): string | undefined {
  return value === Infinity ? 'Infinity' : JSON.stringify(value);
}

function tell(log: Logger, { changed, nextStart }: Reloaded): void {
  const what = changed.length === 0 ? 'nothing has changed' : `changed: ${changed.join(', ')}`;
  log.info({ event: 'settings-read', changed, nextStart }, `The settings have been read again; ${what}.`);
  if (nextStart.length > 0) log.warn(`These hold from the next start on: ${nextStart.join(', ')}.`);
}

function tellWrong(log: Logger, { message, hint }: FramewireError): void {
  for (const line of message.split('\n')) log.error({ event: 'settings-refused' }, line);
  log.error({ event: 'settings-refused' }, `The settings stay as they were. ${hint}`.trimEnd());
}
