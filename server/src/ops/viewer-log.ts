import type { Logger } from 'pino';
import type { ErrorCode, FramewireError } from '../errors.js';
import { monotonicMs } from '../time/monotonic.js';
import { PROGRAM_WITH } from '../package.js';
import type { Transport } from './metrics.js';

/** What happens within this time is told in one line: a page that is loaded again leaves and comes, ms. */
const GATHER_MS = 1000;

/** So many lines of one stream in so long, ms; whoever comes beyond is told of later, in one line with the others. */
const MOST_LINES = 5;
const LINES_MS = 30_000;

/** A refusal of one kind is told so seldom, ms: who is refused may ask again at once. */
const REFUSAL_MS = 60_000;

/** So many are named of those who come together; each has a line of its own where there are no more. */
const MOST_NAMED = 3;

const WAYS: Readonly<Record<Transport, string>> = { ws: 'WebSocket', mjpeg: 'HTTP', snapshot: 'snapshot' };

/** What the operator can do about it. Other refusals say something of the viewer, not of this server. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  'too-many-viewers': '--max-viewers lets more in.',
  'too-many-connections': '--max-viewers and the limit of open files (ulimit -n) let more in.',
  'too-many-sizes': '--max-renditions allows more sizes.',
  'token-wrong': `${PROGRAM_WITH} token show prints the right one.`,
  'too-many-tries': 'Somebody guesses, or a screen has kept an old one.',
  'too-many-snapshots': 'Whoever asks so often should watch /video_feed.',
};

/** Who asks. */
export interface Visitor {
  readonly address: string;
  /** Empty where nobody has to say who they are. */
  readonly user: string;
}

/** Tells a log which stream this viewer watches; undefined: none any more. The same again changes nothing. */
export type Watching = (stream: string | undefined) => void;

/** Somebody who comes or goes. */
interface Change {
  readonly visitor: Visitor;
  readonly transport: Transport;
  /** How many more have come from there than left, since the last line. */
  count: number;
  /** How long the last one who left had watched. */
  seconds: number;
}

interface News {
  /** By visitor and transport. */
  readonly changes: Map<string, Change>;
  watching: number;
  /** When the last lines were written, ms. */
  toldAt: number[];
  timer: NodeJS.Timeout | undefined;
}

/** Tells the operator who comes, who goes and who is refused, in few lines, whatever crowd there is. */
export class ViewerLog {
  readonly #log: Logger;
  readonly #streams = new Map<string, News>();
  readonly #refusals = new Map<ErrorCode, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  enter(visitor: Visitor, transport: Transport): Watching {
    let watched: string | undefined;
    let since = 0;
    return stream => {
      if (stream === watched) return;
      const now = monotonicMs();
      const seconds = Math.round((now - since) / 1000);
      if (watched !== undefined) this.#note(watched, { visitor, transport, count: -1, seconds });
      watched = stream;
      since = now;
      if (stream !== undefined) this.#note(stream, { visitor, transport, count: 1, seconds: 0 });
    };
  }

  /** A single picture was taken: told only to whoever wants to know everything. */
  tookSnapshot(stream: string, visitor: Visitor): void {
    this.#log.debug(
      { event: 'snapshot-taken', stream, ...fieldsOf(visitor) },
      `${stream}: ${called(visitor)} took a snapshot`,
    );
  }

  refused({ code, message }: FramewireError, address: string): void {
    const advice = ADVICE[code];
    const now = monotonicMs();
    if (advice === undefined || now - (this.#refusals.get(code) ?? -Infinity) < REFUSAL_MS) return;
    this.#refusals.set(code, now);
    this.#log.warn({ event: 'refused', code, address }, `${address} is refused: ${message} ${advice}`);
  }

  /** No line is written any more. */
  close(): void {
    for (const { timer } of this.#streams.values()) clearTimeout(timer);
    this.#streams.clear();
  }

  #note(stream: string, change: Change): void {
    const news = this.#streams.get(stream) ?? {
      changes: new Map<string, Change>(),
      watching: 0,
      toldAt: [],
      timer: undefined,
    };
    this.#streams.set(stream, news);
    news.watching += change.count;
    // To whoever wants to know everything each is told as it happens.
    if (this.#log.isLevelEnabled('debug')) {
      this.#tellOne('debug', stream, change, news.watching);
      return;
    }
    const key = `${change.transport} ${called(change.visitor)}`;
    const before = news.changes.get(key)?.count ?? 0;
    news.changes.set(key, { ...change, count: before + change.count });
    news.timer ??= setTimeout(() => this.#tell(stream, news), delayMs(news.toldAt, monotonicMs())).unref();
  }

  #tell(stream: string, news: News): void {
    news.timer = undefined;
    const changes = [...news.changes.values()].filter(({ count }) => count !== 0);
    news.changes.clear();
    if (changes.length === 0) return;
    news.toldAt = [...news.toldAt, monotonicMs()].slice(-MOST_LINES);
    if (changes.length <= MOST_NAMED && changes.every(({ count }) => Math.abs(count) === 1)) {
      for (const change of changes) this.#tellOne('info', stream, change, news.watching);
      return;
    }
    const [came, left] = [sumOf(changes, 1), sumOf(changes, -1)];
    const parts = [came.names && `${came.names} came`, left.names && `${left.names} left`].filter(part => part !== '');
    this.#log.info(
      { event: 'viewers-changed', stream, came: came.count, left: left.count, viewers: news.watching },
      `${stream}: ${parts.join(', ')}; ${audienceOf(news.watching)}`,
    );
  }

  #tellOne(level: 'info' | 'debug', stream: string, change: Change, viewers: number): void {
    const { visitor, transport, count, seconds } = change;
    const fields = { stream, ...fieldsOf(visitor), transport, viewers };
    const who = `${stream}: ${called(visitor)}`;
    if (count > 0) {
      this.#log[level](
        { event: 'viewer-came', ...fields },
        `${who} came by ${WAYS[transport]}; ${audienceOf(viewers)}`,
      );
    } else {
      this.#log[level](
        { event: 'viewer-left', ...fields, seconds },
        `${who} left after ${seconds} s; ${audienceOf(viewers)}`,
      );
    }
  }
}

function called({ user, address }: Visitor): string {
  return user === '' ? address : `${user} at ${address}`;
}

function fieldsOf({ user, address }: Visitor) {
  return { address, user: user === '' ? undefined : user };
}

function audienceOf(viewers: number): string {
  return viewers === 0 ? 'nobody watches' : viewers === 1 ? '1 viewer' : `${viewers} viewers`;
}

function delayMs(toldAt: readonly number[], now: number): number {
  const [first = -Infinity] = toldAt;
  return toldAt.length < MOST_LINES ? GATHER_MS : Math.max(GATHER_MS, first + LINES_MS - now);
}

/** Those of whom more came (or left, for -1) than went the other way; no names when there are none. */
function sumOf(changes: readonly Change[], sign: 1 | -1): { count: number; names: string } {
  const all = changes.filter(({ count }) => count * sign > 0);
  const count = all.reduce((sum, change) => sum + change.count * sign, 0);
  const names = all.map(change => {
    const times = change.count * sign;
    return called(change.visitor) + (times === 1 ? '' : ` (${times} times)`);
  });
  const others = names.length - MOST_NAMED;
  if (others > 0) return { count, names: `${names.slice(0, MOST_NAMED).join(', ')} and ${others} more` };
  return { count, names: names.join(' and ') };
}
