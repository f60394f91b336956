import type { Quality } from '@framewire/shared/rendition';
import { DEFAULT_QUALITY, type SubscribeOptions } from '../subscription.js';
import type { CoveredSize } from './covered-size.js';

/** The attributes that say what to watch and how. */
export const WATCH_ATTRIBUTES = [
  'stream',
  'quality',
  'max-width',
  'max-height',
  'fps',
  'mode',
  'latency-budget',
  'resolution',
] as const;
type WatchAttribute = (typeof WATCH_ATTRIBUTES)[number];

/** What came of reading the attributes. */
export interface WatchSettings {
  /** Complete, so that removing an attribute takes effect: `fps` is null, "the source's own", where it is absent. */
  watch: SubscribeOptions;
  /** A sentence for each attribute that cannot be read; it counts as absent. What a number may be, the server says. */
  problems: string[];
}

/** The server's own, so that removing the attribute takes effect. */
const DEFAULT_LATENCY_BUDGET_MS = 100;

/**
 * What the attributes ask for, and no more pixels than the picture covers, unless `resolution="source"`.
 *
 * @param read an attribute's text, null where it is absent
 * @param covered the pixels that the picture covers; undefined where nobody knows
 */
export function watchSettings(
  read: (name: WatchAttribute) => string | null,
  covered: CoveredSize | undefined,
): WatchSettings {
  const problems: string[] = [];
  const textOf = (name: WatchAttribute): string => read(name)?.trim() ?? '';
  const number = (name: WatchAttribute): number | null => {
    const text = textOf(name);
    if (text === '') return null;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    problems.push(`${name}="${text}" is no number.`);
    return null;
  };
  const choice = <const T extends string>(name: WatchAttribute, [usual, other]: readonly [T, T]): T => {
    const text = textOf(name);
    if (text === other) return other;
    if (text !== '' && text !== usual) problems.push(`${name}="${text}" is neither "${usual}" nor "${other}".`);
    return usual;
  };
  const quality: Quality | null = textOf('quality') === 'source' ? 'source' : number('quality');
  const stream = read('stream') ?? '';
  const latencyBudgetMs = number('latency-budget');
  const bounds = choice('resolution', ['auto', 'source']) === 'auto' ? covered : undefined;
  const watch: SubscribeOptions = {
    ...(stream === '' ? {} : { stream }),
    quality: quality ?? DEFAULT_QUALITY,
    maxWidth: lower(number('max-width'), bounds?.width),
    maxHeight: lower(number('max-height'), bounds?.height),
    fps: number('fps'),
    mode: choice('mode', ['auto', 'fixed']),
    latencyBudgetMs: latencyBudgetMs ?? DEFAULT_LATENCY_BUDGET_MS,
  };
  return { watch, problems };
}

/** The lower of two bounds, of which there may be none. */
function lower(asked: number | null, covered: number | null | undefined): number | null {
  if (asked === null) return covered ?? null;
  return Math.min(asked, covered ?? asked);
}
