import type { Quality } from '@framewire/shared/rendition';
import type { SubscribeOptions } from '../subscription.js';

export const WATCH_ATTRIBUTES = [
  'stream',
  'quality',
  'max-width',
  'max-height',
  'fps',
  'mode',
  'latency-budget',
] as const;
type WatchAttribute = (typeof WATCH_ATTRIBUTES)[number];

export interface WatchSettings {
  /** Sides and rate are null, "the source's own", where the attribute is absent, so that removing it takes effect. */
  watch: SubscribeOptions;
  /** A sentence for each attribute that is no number; it counts as absent. What a number may be, the server says. */
  problems: string[];
}

/** The server's own, so that removing the attribute takes effect. */
const DEFAULT_LATENCY_BUDGET_MS = 100;

/** @param read an attribute's text, null where it is absent */
export function watchSettings(read: (name: WatchAttribute) => string | null): WatchSettings {
  const problems: string[] = [];
  const number = (name: WatchAttribute): number | null => {
    const text = read(name)?.trim() ?? '';
    if (text === '') return null;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    problems.push(`${name}="${text}" is no number.`);
    return null;
  };
  const quality: Quality | null = read('quality')?.trim() === 'source' ? 'source' : number('quality');
  const stream = read('stream') ?? '';
  const latencyBudgetMs = number('latency-budget');
  const watch: SubscribeOptions = {
    ...(stream === '' ? {} : { stream }),
    ...(quality === null ? {} : { quality }),
    maxWidth: number('max-width'),
    maxHeight: number('max-height'),
    fps: number('fps'),
    mode: modeOf(read('mode'), problems),
    latencyBudgetMs: latencyBudgetMs ?? DEFAULT_LATENCY_BUDGET_MS,
  };
  return { watch, problems };
}

function modeOf(text: string | null, problems: string[]): 'auto' | 'fixed' {
  const mode = text?.trim() ?? '';
  if (mode === 'fixed' || mode === 'auto') return mode;
  if (mode !== '') problems.push(`mode="${mode}" is neither "auto" nor "fixed".`);
  return 'auto';
}
