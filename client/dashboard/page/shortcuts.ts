/** What a key does to what is shown. `stream`: show the stream with this number, counted from 0. */
export type PageAction =
  | {
      do:
        'pause' | 'fullscreen' | 'save' | 'grid' | 'previous' | 'next' | 'links' | 'pip' | 'panel' | 'turn' | 'mirror';
    }
  | { do: 'zoom'; steps: number | 'reset' }
  | { do: 'stream'; index: number };
export type Action = PageAction | { do: 'help' };

/** The list of the help, in its order; `actionFor` answers to nothing else. */
export const SHORTCUTS = [
  { keys: ['Space'], what: 'Pause, go on' },
  { keys: ['F'], what: 'Fullscreen' },
  { keys: ['S'], what: 'Save the picture' },
  { keys: ['1', '…', '9'], what: 'Show this stream' },
  { keys: ['←', '→'], what: 'Stream before, after' },
  { keys: ['G'], what: 'All streams, one large' },
  { keys: ['R', 'M'], what: 'Turn right, mirror' },
  { keys: ['+', '-', '0'], what: 'Larger, smaller, the whole picture' },
  { keys: ['E'], what: 'Settings, show and hide' },
  { keys: ['L'], what: 'Links to copy' },
  { keys: ['P'], what: 'Small window' },
  { keys: ['?'], what: 'This help' },
] as const;

/** The keys of a keyboard event, as far as they matter here. */
export interface Key {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const LETTERS: ReadonlyMap<string, Action> = new Map<string, Action>([
  [' ', { do: 'pause' }],
  ['f', { do: 'fullscreen' }],
  ['s', { do: 'save' }],
  ['g', { do: 'grid' }],
  ['l', { do: 'links' }],
  ['p', { do: 'pip' }],
  ['e', { do: 'panel' }],
  ['r', { do: 'turn' }],
  ['m', { do: 'mirror' }],
  ['+', { do: 'zoom', steps: 1 }],
  ['-', { do: 'zoom', steps: -1 }],
  ['0', { do: 'zoom', steps: 'reset' }],
  ['?', { do: 'help' }],
  ['arrowleft', { do: 'previous' }],
  ['arrowright', { do: 'next' }],
]);

/** How the focused control uses keys itself: `press`: space and enter; `move`: those and the arrows; `all`: a list. */
export type KeyUse = 'none' | 'press' | 'move' | 'all';

/** @returns null for keys that belong to the browser (with a modifier) or to the focused control. */
export function actionFor({ key, ctrlKey, altKey, metaKey }: Key, focused: KeyUse): Action | null {
  if (ctrlKey || altKey || metaKey || focused === 'all') return null;
  if (focused !== 'none' && key === ' ') return null;
  if (focused === 'move' && key.startsWith('Arrow')) return null;
  if (/^[1-9]$/.test(key)) return { do: 'stream', index: Number(key) - 1 };
  return LETTERS.get(key.toLowerCase()) ?? null;
}
