import { CLOSE_CODES } from '@framewire/shared/protocol';
import { describe, expect, it } from 'vitest';
import { closeVerdict } from '../../../client/src/connection/close-verdict.js';

describe('closeVerdict', () => {
  it.each([
    [CLOSE_CODES.goingAway, 'server-stopped'],
    [CLOSE_CODES.tooManyViewers, 'server-full'],
    [CLOSE_CODES.stalled, 'connection-lost'],
    [1005, 'connection-lost'],
    [1006, 'connection-lost'],
    [1011, 'connection-lost'],
    [1012, 'connection-lost'],
    [4599, 'connection-lost'],
  ])('tries again after %i', (code, expected) => {
    expect(closeVerdict(code, '')).toMatchObject({ retry: true, code: expected });
  });

  it.each([1000, 1002, 1003, 1007, 1008, 1009, CLOSE_CODES.badMessages, CLOSE_CODES.tooManyMessages, 4401])(
    'stops after %i',
    code => {
      expect(closeVerdict(code, '')).toMatchObject({ retry: false, code: 'refused' });
    },
  );

  it('passes on what the server said, as a sentence', () => {
    expect(closeVerdict(CLOSE_CODES.goingAway, 'Back at noon').reason).toBe('Back at noon.');
    expect(closeVerdict(4400, 'Too much nonsense.').reason).toBe('Too much nonsense.');
  });

  it('has a sentence of its own for every code', () => {
    for (const code of [1000, 1001, 1006, 4400, 4408, 4503, 4999]) {
      expect(closeVerdict(code, '').reason).toMatch(/^[A-Z].+\.$/);
    }
  });
});
