import { expect, it } from 'vitest';
import { createLog, hasColours, logFormat } from '../../../server/src/ops/log.js';
import { hideAlways } from '../../../server/src/ops/url-secrets.js';

it.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, { TERM: 'xterm-256color' }, false],
])('a terminal (%s) with %j has colours: %s', (isTerminal, environment, expected) => {
  expect(hasColours(isTerminal, environment)).toBe(expected);
});

it.each([
  [undefined, true, 'text'],
  [undefined, false, 'json'],
  ['text', false, 'text'],
  ['json', true, 'json'],
] as const)('format %s, on a terminal: %s -> %s', (wanted, isTerminal, expected) => {
  expect(logFormat(wanted, isTerminal)).toBe(expected);
});

it('a line for programs has its level in words, a time that sorts, and fields', () => {
  const lines: string[] = [];
  const log = createLog('info', 'json', line => void lines.push(line));
  log.info({ event: 'source-open', stream: 'gate' }, 'gate: open: "front" camera');
  log.debug('not asked for');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(lines[0]).toMatch(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    event: 'source-open',
    stream: 'gate',
    msg: 'gate: open: "front" camera',
  });
});

it.each(['json', 'text'] as const)('a secret that came as far as the log (%s) goes no farther', format => {
  const lines: string[] = [];
  const log = createLog('debug', format, line => void lines.push(line));
  const password = 'horse"battery\\staple';
  hideAlways(password);
  // What would be a number or a key of the line stays as it is.
  hideAlways('12345');
  log.warn(
    { reason: `it said ${password}`, viewers: 12345 },
    'Opened http://me:hunter2@gate/live?pwd=hunter2 for fw_Q8rWn3kQvB2mXo5sTz1aLg and fs_AbCdEfGhIjKlMnOpQrSt.',
  );
  log.error(new Error(`It failed at ${password}`));
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { reason: 'it said ***', viewers: 12345, msg: 'Opened http://gate/live for fw_*** and fs_***.' },
    { err: { message: 'It failed at ***' } },
  ]);
  for (const line of lines) expect(line).not.toMatch(/hunter2|battery|Q8rW|AbCd/);
});
