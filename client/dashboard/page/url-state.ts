import type { Quality } from '@framewire/shared/rendition';

/** What a viewer chose for the large picture. */
export interface Settings {
  quality: Quality;
  /** Pixels; null: as wide as the source. */
  maxWidth: number | null;
  /** Frames a second; null: as many as the source has. */
  fps: number | null;
  /** `auto`: at most this, and what the link carries. */
  mode: 'auto' | 'fixed';
  /** How old pictures may be on arrival, ms. */
  latencyBudgetMs: number;
}

/** Everything that a link to the dashboard carries, so that a view can be shared and survives a reload. */
export interface PageState {
  /** `large`: one stream large, the others as a strip; `grid`: all of them side by side. */
  view: 'large' | 'grid';
  /** Name of the stream shown large; null: the first. */
  stream: string | null;
  settings: Settings;
}

/** The steps that the controls offer, largest first. */
export const WIDTHS = [null, 1280, 960, 640, 480, 320] as const;
export const RATES = [null, 30, 15, 10, 5, 2, 1] as const;

export const BUDGETS = [50, 100, 200, 500] as const;

export const DEFAULT_QUALITY = 75;
const DEFAULT_BUDGET_MS = 100;
export const DEFAULT_STATE: PageState = {
  view: 'large',
  stream: null,
  settings: {
    quality: DEFAULT_QUALITY,
    maxWidth: null,
    fps: null,
    mode: 'auto',
    latencyBudgetMs: DEFAULT_BUDGET_MS,
  },
};

/** @param hash as in `location.hash`, with or without `#`. What is unknown or out of range becomes the default. */
export function parsePageState(hash: string): PageState {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    view: query.get('view') === 'grid' ? 'grid' : 'large',
    stream: query.get('stream') === '' ? null : query.get('stream'),
    settings: {
      quality: parseQuality(query.get('quality')),
      maxWidth: parseStep(WIDTHS, query.get('width')),
      fps: parseStep(RATES, query.get('fps')),
      mode: query.get('mode') === 'fixed' ? 'fixed' : 'auto',
      latencyBudgetMs: parseBudget(query.get('budget')),
    },
  };
}

/** The reverse of `parsePageState`, without `#`. Defaults are left out, so that a link says only what was chosen. */
export function formatPageState(state: PageState): string {
  const query = new URLSearchParams();
  if (state.view === 'grid') query.set('view', 'grid');
  if (state.stream !== null) query.set('stream', state.stream);
  const { quality, maxWidth, fps, mode, latencyBudgetMs } = state.settings;
  if (quality !== DEFAULT_QUALITY) query.set('quality', String(quality));
  if (maxWidth !== null) query.set('width', String(maxWidth));
  if (fps !== null) query.set('fps', String(fps));
  if (mode === 'fixed') query.set('mode', mode);
  if (latencyBudgetMs !== DEFAULT_BUDGET_MS) query.set('budget', String(latencyBudgetMs));
  return query.toString();
}

function parseQuality(text: string | null): Quality {
  if (text === 'source') return 'source';
  const quality = Number(text);
  return Number.isInteger(quality) && quality >= 1 && quality <= 100 ? quality : DEFAULT_QUALITY;
}

/** @returns one of `BUDGETS`. */
export function parseBudget(text: string | null): number {
  return BUDGETS.find(budget => String(budget) === text) ?? DEFAULT_BUDGET_MS;
}

/** @returns the step that `text` names; null, the source's own, when it names none. */
export function parseStep(steps: readonly (number | null)[], text: string | null): number | null {
  return steps.find(step => step !== null && String(step) === text) ?? null;
}
