import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { describe, expect, it } from 'vitest';
import { closeVerdict, isAboutToken } from '../../../client/src/connection/close-verdict.js';

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

  it.each([CLOSE_CODES.unauthorized, CLOSE_CODES.forbidden, CLOSE_CODES.streamRemoved])(
    'says after %i what the error before it said, and does not try again',
    code => {
      const error = { code: 'token-expired', message: 'It was valid until noon.', hint: 'Ask for a new one.' };
      const told = { retry: false, code: 'token-expired', reason: 'It was valid until noon. Ask for a new one.' };
      expect(closeVerdict(code, 'It was.', error)).toEqual(told);
      expect(closeVerdict(code, 'It was.')).toEqual({ retry: false, code: 'refused', reason: 'It was.' });
      // An error of long ago has nothing to do with a lost connection.
      expect(closeVerdict(1006, '', error)).toMatchObject({ retry: true, code: 'connection-lost' });
    },
  );

  it('knows which codes another token would mend', () => {
    expect(['token-missing', 'token-wrong', 'token-expired', 'role-missing'].every(isAboutToken)).toBe(true);
    expect(['too-many-tries', 'origin-refused', 'upgrade-required'].some(isAboutToken)).toBe(false);
  });
});
