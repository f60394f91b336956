import { parseStreamList, type StreamInfo, type StreamList } from '@framewire/shared/control';

const EVERY_MS = 2000;
/** A server that is busy for longer than this is as good as none. */
const TIMEOUT_MS = 4000;

export interface StreamListListener {
  /** @param server for people: `framewire 0.1.0`. */
  onList(streams: readonly StreamInfo[], server: string): void;
  /** The server did not answer, or not with a list. */
  onFailure(): void;
}

/**
 * Asks the page's server for its streams every 2 s, for as long as the page is open and somebody can see it.
 * @param isKnown the page has a list already: the first question can wait
 */
export function watchStreams(listener: StreamListListener, isKnown: boolean): void {
  let timer: number | undefined;
  const ask = async (): Promise<void> => {
    window.clearTimeout(timer);
    const list = await fetchStreams();
    if (list === null) listener.onFailure();
    else if (list !== 'refused') listener.onList(list.streams, list.server);
    if (!document.hidden) timer = window.setTimeout(() => void ask(), EVERY_MS);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask();
  });
  if (isKnown) timer = window.setTimeout(() => void ask(), EVERY_MS);
  else void ask();
}

/** @returns null when there is no list, `refused` when it is for others: why, the views' own connections tell better. */
async function fetchStreams(): Promise<StreamList | 'refused' | null> {
  try {
    const response = await fetch('api/streams', { signal: AbortSignal.timeout(TIMEOUT_MS), cache: 'no-store' });
    if (response.status === 401 || response.status === 403) return 'refused';
    const list = parseStreamList(await response.text());
    return list.ok ? list.message : null;
  } catch {
    return null;
  }
}
