import { describe, expect, test } from 'vitest';
import { gridLayout } from '../../../../client/dashboard/grid/grid-layout.js';

describe('the grid', () => {
  test.each([
    { count: 1, width: 1900, height: 1000, columns: 1 },
    { count: 2, width: 1900, height: 1000, columns: 2 },
    { count: 4, width: 1900, height: 1000, columns: 2 },
    { count: 6, width: 1900, height: 1000, columns: 3 },
    { count: 9, width: 1900, height: 1000, columns: 3 },
    { count: 6, width: 3400, height: 1000, columns: 3 },
    { count: 4, width: 1000, height: 1900, columns: 1 },
  ])('shows $count streams in $width x $height in $columns columns', ({ count, width, height, columns }) => {
    expect(gridLayout(count, width, height).columns).toBe(columns);
  });

  test('keeps every tile in sight when they can be large enough', () => {
    for (const count of [1, 2, 3, 5, 6, 8, 12]) {
      const { columns, tileWidth } = gridLayout(count, 1900, 1000);
      const rows = Math.ceil(count / columns);
      expect(columns * tileWidth + (columns - 1) * 12).toBeLessThanOrEqual(1900);
      expect(rows * (tileWidth * (9 / 16) + 38) + (rows - 1) * 12).toBeLessThanOrEqual(1000);
    }
  });

  test('fills the width and is scrolled where there are too many, as on a phone', () => {
    expect(gridLayout(6, 366, 700)).toEqual({ columns: 1, tileWidth: 366 });
    expect(gridLayout(60, 1900, 1000).columns).toBe(6);
    expect(gridLayout(3, 200, 100)).toEqual({ columns: 1, tileWidth: 200 });
  });
});
