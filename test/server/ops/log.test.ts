import { expect, it } from 'vitest';
import { hasColours } from '../../../server/src/ops/log.js';

it.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, { TERM: 'xterm-256color' }, false],
])('a terminal (%s) with %j has colours: %s', (isTerminal, environment, expected) => {
  expect(hasColours(isTerminal, environment)).toBe(expected);
});
