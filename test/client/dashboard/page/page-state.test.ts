import { describe, expect, test } from 'vitest';
import {
  DEFAULT_STATE,
  formatPageState,
  parsePageState,
  type PageState,
} from '../../../../client/dashboard/page/page-state.js';
import { RATES, WIDTHS } from '../../../../client/dashboard/page/settings.js';

const { large, grid } = DEFAULT_STATE.settings;
const states: { name: string; hash: string; state: Partial<PageState> }[] = [
  { name: 'nothing chosen', hash: '', state: {} },
  {
    name: 'all chosen of the large picture',
    hash: 'stream=gate&quality=60&width=640&fps=10&mode=fixed&budget=200&turn=gate%3A90m',
    state: {
      stream: 'gate',
      settings: { large: { quality: 60, maxWidth: 640, fps: 10, mode: 'fixed', latencyBudgetMs: 200 }, grid },
      turns: new Map([['gate', { degrees: 90, isMirrored: true }]]),
    },
  },
  {
    name: 'all chosen of the grid',
    hash: 'view=grid&quality=60&fps=source&show=yard&show=gate&columns=2&turn=yard%3A180&bare',
    state: {
      view: 'grid',
      settings: { large, grid: { ...grid, quality: 60, fps: null } },
      shown: ['yard', 'gate'],
      columns: 2,
      turns: new Map([['yard', { degrees: 180, isMirrored: false }]]),
      isBare: true,
    },
  },
  {
    name: 'quality as the source has it',
    hash: 'quality=source',
    state: { settings: { large: { ...large, quality: 'source' }, grid } },
  },
  {
    name: 'names that need escaping',
    hash: 'stream=Tor+%26+Hof%3A1&turn=Tor+%26+Hof%3A1%3A270',
    state: { stream: 'Tor & Hof:1', turns: new Map([['Tor & Hof:1', { degrees: 270, isMirrored: false }]]) },
  },
  { name: 'a bare page', hash: 'stream=gate&bare', state: { stream: 'gate', isBare: true } },
  {
    name: 'sizes and rates between those of the controls',
    hash: 'width=700&fps=12',
    state: { settings: { large: { ...large, maxWidth: 700, fps: 12 }, grid } },
  },
];

describe('the state in the address', () => {
  test.each(states)('is read and written: $name', ({ hash, state }) => {
    expect(parsePageState(`#${hash}`)).toEqual({ ...DEFAULT_STATE, ...state });
    expect(formatPageState({ ...DEFAULT_STATE, ...state })).toBe(hash);
  });

  test('survives a round trip for every step of the controls', () => {
    for (const maxWidth of WIDTHS) {
      for (const fps of RATES) {
        const settings = { ...DEFAULT_STATE.settings, large: { ...large, quality: 1, maxWidth, fps } };
        const state: PageState = { ...DEFAULT_STATE, stream: 'a', settings };
        expect(parsePageState(formatPageState(state))).toEqual(state);
      }
    }
  });

  test.each([
    '#quality=0',
    '#quality=101',
    '#quality=high',
    '#quality=7.5',
    '#width=0',
    '#width=1e9',
    '#fps=-1',
    '#fps=x',
    '#mode=best',
    '#budget=75',
    '#stream=',
    '#columns=0',
    '#columns=1.5',
    '#turn=gate',
    '#turn=gate:45',
    '#turn=:90',
    '#show=',
    '#%',
  ])('takes the default for %s', hash => {
    expect(parsePageState(hash)).toEqual(DEFAULT_STATE);
  });
});

describe('what is remembered', () => {
  const turns = new Map([['gate', { degrees: 90, isMirrored: false } as const]]);
  const settings = { large: { ...large, quality: 20 }, grid };
  const remembered: PageState = { ...DEFAULT_STATE, turns, settings, shown: ['yard'], columns: 3 };

  test('counts where the address says nothing', () => {
    expect(parsePageState('', remembered)).toEqual(remembered);
    expect(parsePageState('#quality=50&fps=5', remembered).settings.large).toEqual({ ...large, quality: 50, fps: 5 });
  });

  test('does not count on a bare page, which shows what its address says to everybody', () => {
    expect(parsePageState('#bare', remembered)).toEqual({ ...DEFAULT_STATE, isBare: true });
  });
});
