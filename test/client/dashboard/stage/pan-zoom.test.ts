import { describe, expect, test } from 'vitest';
import { panBy, WHOLE, within, zoomAt } from '../../../../client/dashboard/stage/pan-zoom.js';

const BOX = { width: 800, height: 400 };

describe('zoom', () => {
  test('keeps the place under the pointer where it is', () => {
    const at = { x: 100, y: -50 };
    const { zoom, pan } = zoomAt(WHOLE, 2, at, BOX);
    expect(zoom).toBe(2);
    // The place is as far from the middle of the picture as before, twice as large.
    expect({ x: (at.x - pan.x) / zoom, y: (at.y - pan.y) / zoom }).toEqual(at);
  });

  test('ends at the whole picture, in its place, and at eight times', () => {
    const moved = zoomAt(WHOLE, 3, { x: 400, y: 200 }, BOX);
    expect(moved.pan).toEqual({ x: -800, y: -400 });
    expect(zoomAt(moved, 0.01, { x: 7, y: 7 }, BOX)).toEqual(WHOLE);
    expect(zoomAt(moved, 1000, { x: 0, y: 0 }, BOX).zoom).toBe(8);
  });
});

describe('pan', () => {
  test('stops where an edge of the picture would come inside', () => {
    const twice = { zoom: 2, pan: { x: 0, y: 0 } };
    expect(panBy(twice, { x: 30, y: -20 }, BOX).pan).toEqual({ x: 30, y: -20 });
    expect(panBy(twice, { x: 1e6, y: -1e6 }, BOX).pan).toEqual({ x: 400, y: -200 });
    expect(panBy(WHOLE, { x: 5, y: 5 }, BOX)).toEqual(WHOLE);
  });

  test('stays within when the box becomes smaller', () => {
    const pan = { x: 400, y: 200 };
    expect(within({ zoom: 2, pan }, { width: 400, height: 200 }).pan).toEqual({ x: 200, y: 100 });
  });
});
