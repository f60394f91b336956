import { describe, expect, test } from 'vitest';
import {
  DEFAULT_STATE,
  formatPageState,
  parsePageState,
  RATES,
  WIDTHS,
  type PageState,
} from '../../../../client/dashboard/page/url-state.js';

const states: { name: string; hash: string; state: PageState }[] = [
  { name: 'nothing chosen', hash: '', state: DEFAULT_STATE },
  {
    name: 'all chosen',
    hash: 'view=grid&stream=gate&quality=60&width=640&fps=10&mode=fixed&budget=200',
    state: {
      view: 'grid',
      stream: 'gate',
      settings: { quality: 60, maxWidth: 640, fps: 10, mode: 'fixed', latencyBudgetMs: 200 },
    },
  },
  {
    name: 'quality as the source has it',
    hash: 'quality=source',
    state: { ...DEFAULT_STATE, settings: { ...DEFAULT_STATE.settings, quality: 'source' } },
  },
  {
    name: 'a name that needs escaping',
    hash: 'stream=Tor+%26+Hof',
    state: { ...DEFAULT_STATE, stream: 'Tor & Hof' },
  },
];

describe('the state in the address', () => {
  test.each(states)('is read and written: $name', ({ hash, state }) => {
    expect(parsePageState(`#${hash}`)).toEqual(state);
    expect(formatPageState(state)).toBe(hash);
  });

  test('survives a round trip for every step of the controls', () => {
    for (const maxWidth of WIDTHS) {
      for (const fps of RATES) {
        const state: PageState = {
          view: 'large',
          stream: 'a',
          settings: { ...DEFAULT_STATE.settings, quality: 1, maxWidth, fps },
        };
        expect(parsePageState(formatPageState(state))).toEqual(state);
      }
    }
  });

  test.each([
    '#quality=0',
    '#quality=101',
    '#quality=high',
    '#quality=7.5',
    '#width=700',
    '#fps=-1',
    '#mode=best',
    '#budget=75',
    '#stream=',
    '#%',
  ])('takes the default for %s', hash => {
    expect(parsePageState(hash)).toEqual(DEFAULT_STATE);
  });
});
