import { describe, expect, it } from 'vitest';
import { canBeToken } from '../../../server/src/access/token.js';
import { linkKey, makeLink, readLink } from '../../../server/src/access/share-link.js';
import { seeded } from '../../shared/seeded.js';

const secret = Buffer.alloc(32, 7);
const key = linkKey(secret, 0);
const shared = { stream: 'gate', expiresAt: 1_800_000_000_000 };

/** As this version makes it: links that were given away stay valid when the server is updated. */
const LINK = 'fs_7070-rVSlzSF-BezzT_Su2tJ0gBnYXRl';

describe('a link', () => {
  it('says what it is for', () => {
    expect(makeLink(shared, key)).toBe(LINK);
    expect(readLink(LINK, key)).toEqual(shared);
  });

  it('holds a name of any script and length, and the second in which it ends', () => {
    for (const stream of ['g', 'Hühnerstall 2', '門', 'x'.repeat(64)]) {
      const link = makeLink({ stream, expiresAt: 1_234_567_890_999 }, key);
      expect(readLink(link, key)).toEqual({ stream, expiresAt: 1_234_567_890_000 });
      expect(link).toMatch(/^fs_[\w-]+$/);
    }
    expect(canBeToken(LINK)).toBe(true);
  });

  it('is none with another secret or in another epoch', () => {
    expect(readLink(LINK, linkKey(Buffer.alloc(32, 8), 0))).toBeUndefined();
    expect(readLink(LINK, linkKey(secret, 1))).toBeUndefined();
  });

  it('is none in part, with more behind it, or with any character changed', () => {
    for (let length = 0; length < LINK.length; length += 1)
      expect(readLink(LINK.slice(0, length), key)).toBeUndefined();
    for (const more of ['A', 'AAAA', '=', ' ', '!', '\n']) expect(readLink(LINK + more, key)).toBeUndefined();
    for (let at = 0; at < LINK.length; at += 1) {
      for (const other of ['A', 'B', '+', '%', 'é']) {
        if (LINK[at] === other) continue;
        expect(readLink(LINK.slice(0, at) + other + LINK.slice(at + 1), key), `${other} at ${at}`).toBeUndefined();
      }
    }
  });

  it('is none by chance', () => {
    const random = seeded(17);
    for (let i = 0; i < 2000; i += 1) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 90) }, () => Math.floor(random() * 256)));
      expect(readLink(`fs_${bytes.toString('base64url')}`, key)).toBeUndefined();
      expect(readLink(bytes.toString('latin1'), key)).toBeUndefined();
    }
  });
});
