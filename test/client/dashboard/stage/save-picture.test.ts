import { describe, expect, test } from 'vitest';
import { pictureFileName } from '../../../../client/dashboard/stage/save-picture.js';

describe('the name of a saved picture', () => {
  const at = new Date(2026, 2, 1, 14, 5, 9);

  test.each([
    ['gate', 'image/jpeg', 'gate-2026-03-01-14-05-09.jpg'],
    ['gate', 'image/png', 'gate-2026-03-01-14-05-09.png'],
    ['Tor & Hof/1', 'image/jpeg', 'Tor-Hof-1-2026-03-01-14-05-09.jpg'],
    ['größe_1.b', 'image/jpeg', 'größe_1.b-2026-03-01-14-05-09.jpg'],
  ])('of %s as %s is %s', (stream, type, name) => {
    expect(pictureFileName(stream, at, type)).toBe(name);
  });
});
