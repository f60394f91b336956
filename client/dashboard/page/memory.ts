import { DEFAULT_STATE, formatPageState, parsePageState, type PageState } from './page-state.js';

/** In this browser, for this server; each is written as an address is. */
const KEYS = { large: 'framewire.large', grid: 'framewire.grid' } as const;
const SHORTCUTS_KEY = 'framewire.shortcuts';

/** What this browser was last told to show and how, apart from the stream. */
export function recallState(): PageState {
  const large = parsePageState(read(KEYS.large) ?? '');
  const grid = parsePageState(read(KEYS.grid) ?? 'view=grid', large);
  return { ...grid, view: 'large', stream: null };
}

export function rememberState(state: PageState): void {
  const { settings, shown, columns, turns } = state;
  const kept = { ...DEFAULT_STATE, settings, shown, columns, turns };
  // Turns are all in that of the grid, whose streams they are.
  write(KEYS.large, formatPageState(kept));
  write(KEYS.grid, formatPageState({ ...kept, view: 'grid' }));
}

export function recallShortcuts(): boolean {
  return read(SHORTCUTS_KEY) !== 'off';
}

export function rememberShortcuts(isOn: boolean): void {
  write(SHORTCUTS_KEY, isOn ? 'on' : 'off');
}

/** Browsers that keep nothing (by setting, or in a frame of another site) throw, and the page does without. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above; also when there is no room.
  }
}
