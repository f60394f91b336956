import { describe, expect, test } from 'vitest';
import {
  flipped,
  formatTurn,
  isSideways,
  isUpright,
  mirrored,
  parseTurn,
  turned,
  UPRIGHT,
  type Turn,
} from '../../../../client/dashboard/view/turn.js';

const ALL: Turn[] = ([0, 90, 180, 270] as const).flatMap(degrees => [
  { degrees, isMirrored: false },
  { degrees, isMirrored: true },
]);

/** Where a point of the picture (right, down from its middle) is seen. */
const seen = ({ degrees, isMirrored }: Turn, [x, y]: [number, number]): [number, number] => {
  let point: [number, number] = [isMirrored ? -x : x, y];
  for (let quarter = 0; quarter < degrees / 90; quarter++) point = [-point[1], point[0]];
  return [point[0] + 0, point[1] + 0];
};

describe.each(ALL)('a view at $degrees degrees, mirrored: $isMirrored', turn => {
  const [x, y] = seen(turn, [3, 1]);

  test('turns clockwise on the screen, and back', () => {
    expect(seen(turned(turn, 1), [3, 1])).toEqual([-y + 0, x]);
    expect(turned(turned(turn, 1), -1)).toEqual(turn);
    expect(isSideways(turned(turn, 1))).toBe(!isSideways(turn));
  });

  test('is mirrored and flipped on the screen, and back', () => {
    expect(seen(mirrored(turn), [3, 1])).toEqual([-x + 0, y]);
    expect(seen(flipped(turn), [3, 1])).toEqual([x, -y + 0]);
    expect(mirrored(mirrored(turn))).toEqual(turn);
    expect(flipped(flipped(turn))).toEqual(turn);
  });

  test('is written and read', () => {
    expect(parseTurn(formatTurn(turn))).toEqual(turn);
    expect(isUpright(turn)).toBe(formatTurn(turn) === formatTurn(UPRIGHT));
  });
});

test.each(['', 'm', '45', '90mm', '-90', '090', '90M'])('%j is no turn', text => {
  expect(parseTurn(text)).toBeNull();
});
