import { describe, expect, it } from 'vitest';
import { ladderFor, typicalBytes } from '../../../server/src/stream/ladder.js';
import { RenditionSizes } from '../../../server/src/stream/rendition-sizes.js';
import { request } from '../fakes.js';

const [top, second] = ladderFor(request(), { width: 1280, height: 720, isJpeg: false });
if (second === undefined) throw new Error('The ladder has one rung.');

describe('the sizes of renditions', () => {
  it('are the typical ones before anything was measured', () => {
    expect(new RenditionSizes().expected(top, second, 0)).toBe(typicalBytes(top.spec));
  });

  it('are measured where frames are encoded, and follow them', () => {
    const sizes = new RenditionSizes();
    sizes.observe(top.key, 30_000, 0);
    expect(sizes.expected(top, top, 0)).toBe(30_000);
    for (let now = 0; now < 1000; now += 33) sizes.observe(top.key, 60_000, now);
    expect(sizes.expected(top, second, 1000)).toBeCloseTo(60_000, -3);
  });

  it('are guessed elsewhere by how heavy the scene is there', () => {
    const sizes = new RenditionSizes();
    sizes.observe(second.key, 2 * typicalBytes(second.spec), 0);
    expect(sizes.expected(top, second, 0)).toBeCloseTo(2 * typicalBytes(top.spec), 5);
  });

  it('are forgotten: scenes change', () => {
    const sizes = new RenditionSizes();
    sizes.observe(top.key, 30_000, 0);
    expect(sizes.expected(top, top, 5000)).toBe(30_000);
    expect(sizes.expected(top, top, 5001)).toBe(typicalBytes(top.spec));
    sizes.observe(top.key, 90_000, 5002);
    expect(sizes.expected(top, top, 5002)).toBe(90_000);
  });
});
