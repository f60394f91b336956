import { percentile } from '../report/figures.js';
import type { Seen } from './watch-report.js';

/** What all viewers got in a span of time. */
export interface LinkFigures {
  readonly ageP50: number;
  readonly ageP95: number;
  readonly ageP99: number;
  readonly ageMax: number;
  /** Frames a second of the mean viewer. */
  readonly fps: number;
  readonly kB: number;
  /** Of all viewers together, and of the one that got least and most. */
  readonly mbit: number;
  readonly least: number;
  readonly most: number;
  /** The size most seen. */
  readonly size: string;
  /** Changes of the size of the first viewer's pictures. */
  readonly changes: number;
}

/** @param from and `to`, s. */
export function linkFigures(seen: readonly Seen[], viewers: number, from: number, to: number): LinkFigures {
  const inSpan = seen.filter(({ at }) => at >= from * 1000 && at < to * 1000);
  const ages = inSpan.flatMap(({ ageMs }) => ageMs ?? []).toSorted((a, b) => a - b);
  const bytes = Array.from({ length: viewers }, () => 0);
  for (const picture of inSpan) bytes[picture.viewer] = (bytes[picture.viewer] ?? 0) + picture.bytes;
  const mbit = bytes.map(sum => (sum * 8) / 1e6 / (to - from));
  const sizes = inSpan.map(({ width, height }) => `${width}x${height}`);
  const first = inSpan.filter(({ viewer }) => viewer === 0);
  return {
    ageP50: percentile(ages, 50),
    ageP95: percentile(ages, 95),
    ageP99: percentile(ages, 99),
    ageMax: ages.at(-1) ?? NaN,
    fps: inSpan.length / viewers / (to - from),
    kB: inSpan.reduce((sum, picture) => sum + picture.bytes, 0) / Math.max(1, inSpan.length) / 1000,
    mbit: mbit.reduce((sum, one) => sum + one, 0),
    least: Math.min(...mbit),
    most: Math.max(...mbit),
    size: mostCommon(sizes) ?? 'none',
    changes: first.filter(({ width }, index) => index > 0 && width !== first[index - 1]?.width).length,
  };
}

/** When after `from` (s) pictures were younger than `ageMs` for good, or until `to`; s, undefined: never. */
export function backUnder(seen: readonly Seen[], ageMs: number, from: number, to: number): number | undefined {
  const after = seen.filter(({ at }) => at >= from * 1000 && at < to * 1000);
  const last = after.findLastIndex(picture => (picture.ageMs ?? 0) > ageMs);
  const next = after[last + 1];
  return next === undefined ? undefined : Math.max(0, next.at / 1000 - from);
}

/** When after `from` (s) pictures had `share` of the mean bytes that they had in the span before, and that size: padding has bytes as well; s. */
export function bytesBack(
  seen: readonly Seen[],
  share: number,
  before: readonly [number, number],
  from: number,
): number | undefined {
  const { kB, size } = linkFigures(seen, 1, before[0], before[1]);
  const first = seen.find(
    ({ at, bytes, width, height }) => at >= from * 1000 && bytes >= share * kB * 1000 && `${width}x${height}` === size,
  );
  return first === undefined ? undefined : first.at / 1000 - from;
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
