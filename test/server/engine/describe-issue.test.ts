import { describe, expect, it } from 'vitest';
import { describeIssue } from '../../../server/src/engine/describe-issue.js';
import { fromEngine } from '../../../server/src/engine/messages.js';

const described = (message: unknown) => {
  const { error } = fromEngine.safeParse(message);
  if (error === undefined) throw new Error('It is as agreed.');
  return describeIssue(message, error);
};

describe('what is wrong with a report', () => {
  it.each([
    [
      'names the field',
      { type: 'live', info: { width: 0, height: 4, fps: 30, isJpeg: true, description: '' } },
      '"live", where info.width is 0',
    ],
    ['is that it lacks one', { type: 'lost', code: 'x' }, '"lost", where reason is nothing'],
    ['is its type', { type: 'dance' }, '"dance", where type is "dance"'],
    ['is all of it', 'hello', '"?", where it is "hello"'],
    ['is cut', { type: 'alive', captured: 'x'.repeat(500) }, `"alive", where captured is "${'x'.repeat(39)}`],
  ])('%s, in one line', (_, message, line) => {
    expect(described(message)).toBe(line);
  });
});
