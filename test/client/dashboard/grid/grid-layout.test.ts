import { describe, expect, test } from 'vitest';
import { gridLayout } from '../../../../client/dashboard/grid/grid-layout.js';

const WIDE = 16 / 9;
const of = (count: number, aspect = WIDE): number[] => Array.from({ length: count }, () => aspect);
const wishes = { caption: 30, columns: null };

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
    expect(gridLayout(of(count), { width, height }, wishes)).toEqual({ columns, fits: true });
  });

  test('goes by the shape of the pictures', () => {
    const box = { width: 1400, height: 800 };
    expect(gridLayout(of(3, 9 / 16), box, wishes).columns).toBe(3);
    expect(gridLayout(of(3, 5), box, wishes).columns).toBe(1);
  });

  test('is scrolled where there are too many to be seen at once', () => {
    expect(gridLayout(of(6), { width: 366, height: 700 }, wishes)).toEqual({ columns: 1, fits: false });
    expect(gridLayout(of(60), { width: 1900, height: 1000 }, wishes)).toEqual({ columns: 7, fits: false });
    expect(gridLayout(of(3), { width: 200, height: 100 }, wishes)).toEqual({ columns: 1, fits: false });
  });

  test('has as many columns as somebody wants', () => {
    const four = { caption: 30, columns: 4 };
    expect(gridLayout(of(6), { width: 1900, height: 1000 }, four)).toEqual({ columns: 4, fits: true });
    expect(gridLayout(of(60), { width: 400, height: 700 }, four)).toEqual({ columns: 4, fits: false });
  });

  test('of nothing is none', () => {
    expect(gridLayout([], { width: 800, height: 600 }, wishes).columns).toBe(1);
  });
});
