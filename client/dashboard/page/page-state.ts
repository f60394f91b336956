import { formatTurn, isUpright, parseTurn, type Turn } from '../view/turn.js';
import { DEFAULT_SETTINGS, formatSettings, parseSettings, type Settings } from './settings.js';

/** `large`: one stream large, the others as a strip; `grid`: all of them side by side. */
export type PageView = 'large' | 'grid';

/** Everything that a link to the dashboard carries, so that a view can be shared and survives a reload. */
export interface PageState {
  view: PageView;
  /** Name of the stream shown large; null: the first. */
  stream: string | null;
  settings: Record<PageView, Settings>;
  /** Names of the streams in the grid, in their order; empty: all, in the server's. */
  shown: readonly string[];
  /** Of the grid; null: as many as make the pictures largest. */
  columns: number | null;
  /** By the name of the stream; those that are not here are shown upright. */
  turns: ReadonlyMap<string, Turn>;
  /** Nothing but pictures: for a screen on a wall. */
  isBare: boolean;
}

const MAX_COLUMNS = 12;

export const DEFAULT_STATE: PageState = {
  view: 'large',
  stream: null,
  settings: DEFAULT_SETTINGS,
  shown: [],
  columns: null,
  turns: new Map(),
  isBare: false,
};

/**
 * @param hash as in `location.hash`, with or without `#`.
 * @param remembered what counts where the hash says nothing, or nothing that could be. A bare page is the same for
 *   everybody who opens its address, so it counts on the defaults.
 */
export function parsePageState(hash: string, remembered: PageState = DEFAULT_STATE): PageState {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const isBare = query.has('bare');
  const base = isBare ? DEFAULT_STATE : remembered;
  const view = query.get('view') === 'grid' ? 'grid' : 'large';
  const shown = query.getAll('show').filter(name => name !== '');
  const columns = Number(query.get('columns'));
  return {
    view,
    stream: query.get('stream') === '' ? null : query.get('stream'),
    settings: { ...base.settings, [view]: parseSettings(query, base.settings[view]) },
    shown: shown.length > 0 ? [...new Set(shown)] : base.shown,
    columns: Number.isInteger(columns) && columns >= 1 && columns <= MAX_COLUMNS ? columns : base.columns,
    turns: new Map([...base.turns, ...query.getAll('turn').flatMap(parseNamedTurn)]),
    isBare,
  };
}

/** The reverse of `parsePageState`, without `#`. Defaults are left out, so that a link says only what was chosen. */
export function formatPageState({ view, stream, settings, shown, columns, turns, isBare }: PageState): string {
  const query = new URLSearchParams();
  if (view === 'grid') query.set('view', view);
  if (stream !== null) query.set('stream', stream);
  formatSettings(query, settings[view], DEFAULT_SETTINGS[view]);
  if (view === 'grid') {
    for (const name of shown) query.append('show', name);
    if (columns !== null) query.set('columns', String(columns));
  }
  for (const [name, turn] of turns) {
    const isSeen = view === 'grid' || name === stream;
    if (isSeen && !isUpright(turn)) query.append('turn', `${name}:${formatTurn(turn)}`);
  }
  return [query.toString(), isBare ? 'bare' : ''].filter(part => part !== '').join('&');
}

/** `gate:90`; names may have colons of their own. */
function parseNamedTurn(text: string): [string, Turn][] {
  const colon = text.lastIndexOf(':');
  const turn = parseTurn(text.slice(colon + 1));
  return colon > 0 && turn !== null ? [[text.slice(0, colon), turn]] : [];
}
