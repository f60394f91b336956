import type { Quality } from '@framewire/shared/rendition';

/** What a viewer chose: for the large picture, or for all pictures of the grid. */
export interface Settings {
  quality: Quality;
  /** Pixels at most; null: as many as the picture covers on the screen. */
  maxWidth: number | null;
  /** Frames a second; null: as many as the source has. */
  fps: number | null;
  /** `auto`: at most this, and what the link carries. */
  mode: 'auto' | 'fixed';
  /** How old pictures may be on arrival, ms. */
  latencyBudgetMs: number;
}

/** The steps that the controls offer, largest first; an address may name others in between. */
export const WIDTHS = [null, 1280, 960, 640, 480, 320] as const;
export const RATES = [null, 30, 15, 10, 5, 2, 1] as const;
export const BUDGETS = [50, 100, 200, 500] as const;

export const DEFAULT_QUALITY = 75;
const DEFAULT_BUDGET_MS = 100;
const MAX_WIDTH_PX = 16_384;
const MAX_FPS = 240;

const LARGE: Settings = {
  quality: DEFAULT_QUALITY,
  maxWidth: null,
  fps: null,
  mode: 'auto',
  latencyBudgetMs: DEFAULT_BUDGET_MS,
};

/** In a grid the rate of many pictures together matters more than that of one. */
export const DEFAULT_SETTINGS = { large: LARGE, grid: { ...LARGE, fps: 15 } } as const satisfies Record<
  string,
  Settings
>;

/** @param base what counts where the query says nothing, or nothing that could be */
export function parseSettings(query: URLSearchParams, base: Settings): Settings {
  const mode = query.get('mode');
  return {
    quality: parseQuality(query.get('quality')) ?? base.quality,
    maxWidth: parseStep(query.get('width'), MAX_WIDTH_PX, base.maxWidth),
    fps: parseStep(query.get('fps'), MAX_FPS, base.fps),
    mode: mode === 'fixed' || mode === 'auto' ? mode : base.mode,
    latencyBudgetMs: parseBudget(query.get('budget')) ?? base.latencyBudgetMs,
  };
}

/** The reverse: adds to `query` what differs from `base`. */
export function formatSettings(query: URLSearchParams, settings: Settings, base: Settings): void {
  const { quality, maxWidth, fps, mode, latencyBudgetMs } = settings;
  if (quality !== base.quality) query.set('quality', String(quality));
  if (maxWidth !== base.maxWidth) query.set('width', formatStep(maxWidth));
  if (fps !== base.fps) query.set('fps', formatStep(fps));
  if (mode !== base.mode) query.set('mode', mode);
  if (latencyBudgetMs !== base.latencyBudgetMs) query.set('budget', String(latencyBudgetMs));
}

/** @returns one of `BUDGETS`, or null. */
export function parseBudget(text: string | null): number | null {
  return BUDGETS.find(budget => String(budget) === text) ?? null;
}

/** @returns a whole number from 1 to `most`; null for `source`, and `base` for anything else. */
export function parseStep(text: string | null, most: number, base: number | null): number | null {
  if (text === 'source') return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : base;
}

export function formatStep(step: number | null): string {
  return step === null ? 'source' : String(step);
}

function parseQuality(text: string | null): Quality | null {
  if (text === 'source') return 'source';
  const quality = Number(text);
  return Number.isInteger(quality) && quality >= 1 && quality <= 100 ? quality : null;
}
