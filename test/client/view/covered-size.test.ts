import { describe, expect, it } from 'vitest';
import { coveredSize, STEP, type Box, type CoveredSize } from '../../../client/src/view/covered-size.js';

/** An element as high as a 16:9 picture makes it, unless said otherwise. */
const box = (fields: Partial<Box>): Box => {
  const { width = 640, aspect = 9 / 16 } = fields;
  return { width, height: width * aspect, pixelRatio: 1, aspect, ...fields };
};

describe('coveredSize', () => {
  it.each<[string, Partial<Box>, CoveredSize | undefined]>([
    ['a whole number of steps', { width: 640 }, { width: 640, height: null }],
    ['one pixel more', { width: 641 }, { width: 704, height: null }],
    ['what zooming makes of a whole number', { width: 640.2 }, { width: 640, height: null }],
    ['a small view', { width: 200 }, { width: 256, height: null }],
    ['the same on a fine screen', { width: 200, pixelRatio: 2 }, { width: 448, height: null }],
    ['the same on a page made smaller', { width: 200, pixelRatio: 0.5 }, { width: 128, height: null }],
    ['a dot', { width: 1, height: 1 }, { width: 64, height: null }],
    ['a wall', { width: 30_000 }, { width: 16_384, height: null }],
    ['a height of its own, lower than the picture', { height: 200 }, { width: 640, height: 256 }],
    ['a height of its own, higher than the picture', { height: 800 }, { width: 640, height: 832 }],
    ['a portrait that makes its place', { aspect: 16 / 9 }, { width: 640, height: null }],
    ['a portrait in a wide place', { aspect: 16 / 9, height: 360 }, { width: 640, height: 384 }],
    ['an aspect rounded to even sides', { width: 1280, height: 720, aspect: 150 / 268 }, { width: 1280, height: null }],
    ['no area', { width: 0, height: 0 }, undefined],
    ['no height', { height: 0 }, undefined],
    ['an aspect that is not known', { aspect: NaN, height: 360 }, { width: 640, height: null }],
  ])('of %s', (_, fields, size) => {
    expect(coveredSize(box(fields))).toEqual(size);
  });

  it('never asks for less than is covered, nor for a step more', () => {
    for (let width = 1; width < 4000; width += 13) {
      for (const pixelRatio of [0.5, 1, 1.25, 1.5, 2, 2.625, 3]) {
        const pixels = width * pixelRatio;
        const asked = coveredSize(box({ width, height: width, pixelRatio, aspect: 1 }))?.width ?? 0;
        expect(asked).toBeGreaterThanOrEqual(Math.floor(pixels));
        expect(asked).toBeLessThan(pixels + STEP);
      }
    }
  });
});
