import { describe, expect, test } from 'vitest';
import {
  bitrateFigure,
  countText,
  durationText,
  figureText,
  latencyFigure,
  rateFigure,
  viewerText,
} from '../../../client/dashboard/figures.js';

describe('figures', () => {
  test.each([
    [null, '–'],
    [0, '0.0 ms'],
    [-0.4, '-0.4 ms'],
    [8.44, '8.4 ms'],
    [9.96, '10 ms'],
    [23.4, '23 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [4321, '4.3 s'],
    [12_345, '12 s'],
  ])('tell a latency of %s ms as %s', (ms, text) => {
    expect(figureText(latencyFigure(ms))).toBe(text);
  });

  test.each([
    [null, '–'],
    [0, '0.0 fps'],
    [29.97, '30.0 fps'],
    [99.96, '100 fps'],
    [239.6, '240 fps'],
  ])('tell a rate of %s a second as %s', (fps, text) => {
    expect(figureText(rateFigure(fps))).toBe(text);
  });

  test.each([
    [null, '–'],
    [0, '0 kbit/s'],
    [412_300, '412 kbit/s'],
    [999_499, '999 kbit/s'],
    [999_500, '1.00 Mbit/s'],
    [4_213_000, '4.21 Mbit/s'],
    [9_996_000, '10.0 Mbit/s'],
    [45_670_000, '45.7 Mbit/s'],
    [120_400_000, '120 Mbit/s'],
  ])('tell %s bits a second as %s', (bps, text) => {
    expect(figureText(bitrateFigure(bps))).toBe(text);
  });

  test.each([
    [-5, '0 s'],
    [4400, '4 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [720_000, '12 min'],
    [3 * 3_600_000, '3 h'],
  ])('tell a duration of %s ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test.each([
    [undefined, ''],
    [10.4, 'This device draws 10 pictures a second.'],
    [0.6, 'This device draws one picture a second.'],
  ])('tell what this device takes, %s, as "%s"', (fps, text) => {
    expect(viewerText(fps)).toBe(text);
  });

  test('group the digits of counts', () => {
    expect(countText(1_234_567)).toBe('1,234,567');
  });
});
