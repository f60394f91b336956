import type { Quality } from '@framewire/shared/rendition';
import type { SubscribeOptions } from '../subscription.js';

export const WATCH_ATTRIBUTES = ['stream', 'quality', 'max-width', 'max-height', 'fps'] as const;
type WatchAttribute = (typeof WATCH_ATTRIBUTES)[number];

export interface WatchSettings {
  /** Sides and rate are null, "the source's own", where the attribute is absent, so that removing it takes effect. */
  watch: SubscribeOptions;
  /** A sentence for each attribute that is no number; it counts as absent. What a number may be, the server says. */
  problems: string[];
}

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
  const watch: SubscribeOptions = {
    ...(stream === '' ? {} : { stream }),
    ...(quality === null ? {} : { quality }),
    maxWidth: number('max-width'),
    maxHeight: number('max-height'),
    fps: number('fps'),
  };
  return { watch, problems };
}
