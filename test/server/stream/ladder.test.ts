import { describe, expect, it } from 'vitest';
import { ladderFor, typicalBytes } from '../../../server/src/stream/ladder.js';
import { request } from '../fakes.js';

const SOURCE = { width: 1280, height: 720, isJpeg: false };
const keys = (wishes: Parameters<typeof request>[0] = {}, source = SOURCE) =>
  ladderFor(request(wishes), source).map(({ key }) => key.replace('jpeg-', ''));

describe('the ladder for a wish', () => {
  it('begins with the wish itself, and goes down in size when its quality is the lowest already', () => {
    expect(keys().slice(0, 5)).toEqual(['1280x720-q30', '1074x604-q30', '908x510-q30', '760x428-q30', '640x360-q30']);
    expect(keys().at(-1)).toBe('224x126-q20');
  });

  it('takes quality before size', () => {
    expect(keys({ quality: 90 }).slice(0, 8)).toEqual(
      ['90', '85', '80', '70', '60', '45', '30'].map(q => `1280x720-q${q}`).concat('1074x604-q30'),
    );
  });

  it('asks for the source itself first where that was the wish', () => {
    expect(keys({ quality: 'source' }, { ...SOURCE, isJpeg: true }).slice(0, 2)).toEqual([
      '1280x720-source',
      '1280x720-q85',
    ]);
  });

  it('keeps a quality that is lower than any of its own', () => {
    expect(keys({ quality: 7 }).every(key => key.endsWith('-q7'))).toBe(true);
  });

  it('stays within the size that was asked for', () => {
    expect(keys({ maxWidth: 640 }).slice(0, 2)).toEqual(['640x360-q30', '536x302-q30']);
  });

  it('takes quality and then rate, never size, where all pictures must be as large', () => {
    expect(keys({ size: 'fixed', quality: 60 })).toEqual(
      ['60', '45', '30', '20', '14', '10'].map(quality => `1280x720-q${quality}`),
    );
    // 500x281 comes to even sides, from which the aspect would lead to other ones.
    expect(keys({ size: 'fixed', maxWidth: 500 }, { ...SOURCE, width: 1920, height: 1080 })).toEqual(
      ['30', '20', '14', '10'].map(quality => `500x280-q${quality}`),
    );
    expect(keys({ size: 'fixed', maxWidth: 96, quality: 30 })).toContain('96x54-q10');
    const lowest = ladderFor(request({ size: 'fixed' }), SOURCE).map(({ minFps }) => minFps);
    expect(lowest).toEqual([Infinity, 20, 12, 1]);
  });

  it('scales into a size that is settled', () => {
    const scaled = ladderFor(
      request({ size: 'fixed', quality: 'source' }),
      { width: 640, height: 360, isJpeg: true },
      SOURCE,
    );
    expect(scaled[0]).toMatchObject({ spec: { width: 1280, height: 720, quality: 90 } });
    expect(new Set(scaled.map(({ spec }) => spec.width))).toEqual(new Set([1280]));
  });

  it.each([
    [1280, 720],
    [1920, 1080],
    [640, 480],
    [3840, 2160],
    [480, 640],
    [160, 120],
    [16, 16],
  ])('takes a part of the bytes with each rung, %dx%d', (width, height) => {
    for (const quality of [1, 10, 30, 33, 50, 75, 95, 100, 'source'] as const) {
      const ladder = ladderFor(request({ quality }), { width, height, isJpeg: false });
      const bytes = ladder.map(({ spec }) => typicalBytes(spec));
      const steps = bytes.slice(1).map((size, index) => size / (bytes[index] ?? 0));
      expect(Math.max(0, ...steps)).toBeLessThanOrEqual(0.88);
      expect(ladder[0].spec).toMatchObject({ width, height });
    }
  });

  it.each([
    [640, 360, 30, 18_800],
    [640, 360, 85, 51_600],
    [1280, 720, 30, 55_500],
    [1280, 720, 60, 86_500],
    [1280, 720, 85, 157_000],
    [1920, 1080, 60, 154_000],
  ])('knows about how large a picture is: %dx%d, quality %d', (width, height, quality, measured) => {
    const typical = typicalBytes({ codec: 'jpeg', width, height, quality });
    expect(typical / measured).toBeGreaterThan(0.8);
    expect(typical / measured).toBeLessThan(1.25);
  });
});
