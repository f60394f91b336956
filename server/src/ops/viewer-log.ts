import type { Logger } from 'pino';
import type { ErrorCode, FramewireError } from '../errors.js';
import { monotonicMs } from '../time/monotonic.js';
import { PROGRAM_WITH } from '../package.js';

/** What happens within this time is told in one line: a page that is loaded again leaves and comes, ms. */
const GATHER_MS = 1000;

/** So many lines of one stream in so long, ms; whoever comes beyond is told of later, in one line with the others. */
const MOST_LINES = 5;
const LINES_MS = 30_000;

/** A refusal of one kind is told so seldom, ms: who is refused may ask again at once. */
const REFUSAL_MS = 60_000;

/** So many addresses stand in a line. */
const MOST_NAMED = 3;

/** What the operator can do about it. Other refusals say something of the viewer, not of this server. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  'too-many-viewers': '--max-viewers lets more in.',
  'too-many-connections': '--max-viewers and the limit of open files (ulimit -n) let more in.',
  'too-many-sizes': '--max-renditions allows more sizes.',
  'token-wrong': `${PROGRAM_WITH} token show prints the right one.`,
  'too-many-tries': 'Somebody guesses, or a screen has kept an old one.',
  'too-many-snapshots': 'Whoever asks so often should watch /video_feed.',
};

/** Tells a log which stream this viewer watches; undefined: none any more. The same again changes nothing. */
export type Watching = (stream: string | undefined) => void;

interface News {
  /** By address: how many more have come than left since the last line. */
  readonly changes: Map<string, number>;
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

  /** @param how it watches: `WebSocket`. */
  enter(address: string, how: string): Watching {
    let watched: string | undefined;
    let since = 0;
    return stream => {
      if (stream === watched) return;
      if (watched !== undefined) {
        this.#log.debug(`${watched}: ${address} left after ${Math.round((monotonicMs() - since) / 1000)} s`);
        this.#note(watched, address, -1);
      }
      watched = stream;
      since = monotonicMs();
      if (stream === undefined) return;
      this.#log.debug(`${stream}: ${address} came by ${how}`);
      this.#note(stream, address, 1);
    };
  }

  /** A single picture was taken: told only to whoever wants to know everything. */
  tookSnapshot(stream: string, address: string): void {
    this.#log.debug(`${stream}: ${address} took a snapshot`);
  }

  refused({ code, message }: FramewireError, address: string): void {
    const advice = ADVICE[code];
    const now = monotonicMs();
    if (advice === undefined || now - (this.#refusals.get(code) ?? -Infinity) < REFUSAL_MS) return;
    this.#refusals.set(code, now);
    this.#log.warn(`${address} is refused: ${message} ${advice}`);
  }

  /** No line is written any more. */
  close(): void {
    for (const { timer } of this.#streams.values()) clearTimeout(timer);
    this.#streams.clear();
  }

  #note(stream: string, address: string, change: 1 | -1): void {
    const news = this.#streams.get(stream) ?? {
      changes: new Map<string, number>(),
      watching: 0,
      toldAt: [],
      timer: undefined,
    };
    this.#streams.set(stream, news);
    news.watching += change;
    news.changes.set(address, (news.changes.get(address) ?? 0) + change);
    news.timer ??= setTimeout(() => this.#tell(stream, news), delayMs(news.toldAt, monotonicMs())).unref();
  }

  #tell(stream: string, news: News): void {
    news.timer = undefined;
    const { changes, watching } = news;
    const came = listed(changes, 1);
    const left = listed(changes, -1);
    changes.clear();
    // To whoever wants to know everything each was told as it happened.
    if ((came === '' && left === '') || this.#log.isLevelEnabled('debug')) return;
    news.toldAt = [...news.toldAt, monotonicMs()].slice(-MOST_LINES);
    const parts = [came && `${came} came`, left && `${left} left`].filter(part => part !== '');
    const rest = watching === 0 ? 'nobody watches' : watching === 1 ? '1 viewer' : `${watching} viewers`;
    this.#log.info(`${stream}: ${parts.join(', ')}; ${rest}`);
  }
}

function delayMs(toldAt: readonly number[], now: number): number {
  const [first = -Infinity] = toldAt;
  return toldAt.length < MOST_LINES ? GATHER_MS : Math.max(GATHER_MS, first + LINES_MS - now);
}

/** @returns the addresses from which more came (or left, for -1) than the other way; empty when there are none. */
function listed(changes: ReadonlyMap<string, number>, sign: 1 | -1): string {
  const names = [...changes].flatMap(([address, change]) => {
    const count = change * sign;
    return count <= 0 ? [] : [count === 1 ? address : `${address} (${count} times)`];
  });
  const others = names.length - MOST_NAMED;
  if (others > 0) return `${names.slice(0, MOST_NAMED).join(', ')} and ${others} more`;
  return names.join(' and ');
}
