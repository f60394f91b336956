import { fitWithin, numericQuality, renditionKey, type RenditionSpec } from '@framewire/shared/rendition';
import { describe, expect, it } from 'vitest';
import { seeded } from './seeded.js';

const SPEC: RenditionSpec = { codec: 'jpeg', width: 640, height: 360, quality: 30 };

describe('numericQuality', () => {
  it('is the number itself, and for the own JPEGs of a source one that cannot be told from them', () => {
    expect(numericQuality(1)).toBe(1);
    expect(numericQuality(100)).toBe(100);
    expect(numericQuality('source')).toBe(90);
  });
});

describe('renditionKey', () => {
  it('names codec, size and quality', () => {
    expect(renditionKey(SPEC)).toBe('jpeg-640x360-q30');
    expect(renditionKey({ ...SPEC, quality: 'source' })).toBe('jpeg-640x360-source');
  });

  it('is the same for the same spec only', () => {
    const others: RenditionSpec[] = [
      { ...SPEC, codec: 'h264' },
      { ...SPEC, width: 64 },
      { ...SPEC, height: 36 },
      { ...SPEC, width: 6403, height: 60 },
      { ...SPEC, quality: 3 },
      { ...SPEC, quality: 'source' },
    ];
    expect(renditionKey({ ...SPEC })).toBe(renditionKey(SPEC));
    expect(new Set([SPEC, ...others].map(renditionKey)).size).toBe(others.length + 1);
  });
});

describe('fitWithin', () => {
  it.each([
    ['no bounds', [1280, 720], [undefined, undefined], [1280, 720]],
    ['bounds as large as the source', [1280, 720], [1280, 720], [1280, 720]],
    ['larger bounds', [640, 480], [1920, 1080], [640, 480]],
    ['a width', [1280, 720], [640, undefined], [640, 360]],
    ['a height', [1280, 720], [undefined, 360], [640, 360]],
    ['the narrower of two bounds', [1280, 720], [640, 100], [176, 100]],
    ['an odd bound', [1280, 720], [641, undefined], [640, 360]],
    ['a source that is odd', [641, 361], [undefined, undefined], [641, 361]],
    ['a source that is odd and too large', [641, 361], [640, undefined], [640, 360]],
    ['a source that is upright', [720, 1280], [360, 360], [202, 360]],
    ['a source that is a line', [16_384, 2], [16, undefined], [16, 2]],
    ['a source of one pixel', [1, 1], [16, 16], [1, 1]],
  ] as const)('keeps to %s', (_name, [width, height], [maxWidth, maxHeight], [fitWidth, fitHeight]) => {
    expect(fitWithin({ width, height }, maxWidth, maxHeight)).toEqual({ width: fitWidth, height: fitHeight });
  });

  it('never enlarges, keeps the aspect but for rounding, and gives even sides, for any source and bounds', () => {
    const random = seeded(11);
    const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
    for (let i = 0; i < 10_000; i += 1) {
      const source = { width: between(16, 8192), height: between(16, 8192) };
      const bounds = { width: between(16, 16_384), height: between(16, 16_384) };
      const fit = fitWithin(source, bounds.width, bounds.height);
      const scale = Math.min(1, bounds.width / source.width, bounds.height / source.height);
      for (const side of ['width', 'height'] as const) {
        expect(fit[side]).toBeLessThanOrEqual(Math.max(2, Math.min(source[side], bounds[side])));
        // Within the two pixels that rounding down to even can take.
        expect(fit[side]).toBeGreaterThan(source[side] * scale - 2);
        expect(scale < 1 ? fit[side] % 2 : 0).toBe(0);
      }
    }
  });
});
