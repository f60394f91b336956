import { describe, expect, it } from 'vitest';
import { widthOf, wrap } from '../../../server/src/cli/text.js';

it.each([
  [undefined, 80],
  [0, 80],
  [60, 60],
  [300, 110],
])('a terminal of %s columns is written to in lines of %d', (columns, width) => {
  expect(widthOf({ columns })).toBe(width);
});

describe('a text', () => {
  it.each([
    ['', 0, 10, ''],
    ['one two', 0, 7, 'one two'],
    ['one two', 0, 6, 'one\ntwo'],
    ['one two three', 2, 9, 'one two\n  three'],
    ['incomprehensibilities are long', 0, 5, 'incomprehensibilities\nare\nlong'],
  ])('(%j, indent %d, width %d) breaks between words', (text, indent, width, wrapped) => {
    expect(wrap(text, indent, width)).toBe(wrapped);
  });
});
