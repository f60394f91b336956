import { describe, expect, it } from 'vitest';
import { STEADY_PACE, watchPace } from '../../../server/src/engine/step-pace.js';

/** Warnings of a step that takes so long for each picture, ms. */
function warningsOf(tookMs: readonly number[], fps = 25): string[] {
  const warnings: string[] = [];
  let pace = STEADY_PACE;
  for (const took of tookMs) {
    const next = watchPace(pace, took, fps);
    pace = next.pace;
    if (next.warning !== undefined) warnings.push(next.warning);
  }
  return warnings;
}

const times = (count: number, tookMs: number): number[] => Array.from({ length: count }, () => tookMs);

describe('the pace of a step', () => {
  it('is no matter while it keeps up, nor when a picture now and then does not', () => {
    expect(warningsOf(times(1000, 40))).toEqual([]);
    expect(warningsOf(Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 5 : 400)))).toEqual([]);
  });

  it('is warned of once when 30 pictures in a row were too slow, with the rate that is left', () => {
    expect(warningsOf(times(29, 125))).toEqual([]);
    expect(warningsOf(times(1000, 125))).toEqual(['takes 125 ms for a picture: at most 8 a second get through.']);
  });

  it('is warned of again after it was quick for 30', () => {
    expect(warningsOf([...times(60, 125), ...times(30, 5), ...times(30, 250)])).toEqual([
      'takes 125 ms for a picture: at most 8 a second get through.',
      'takes 250 ms for a picture: at most 4 a second get through.',
    ]);
  });

  it('is measured against 30 a second where the source announces no rate', () => {
    expect(warningsOf(times(30, 33), 0)).toEqual([]);
    expect(warningsOf(times(30, 34), 0)).toHaveLength(1);
  });
});
