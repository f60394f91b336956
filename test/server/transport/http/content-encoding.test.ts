import { describe, expect, it } from 'vitest';
import { chooseEncoding, type Encoding } from '../../../../server/src/transport/http/content-encoding.js';

describe('chooseEncoding', () => {
  it.each<[string | undefined, Encoding | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP;Q=0.5', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.000,gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['br;q=high', undefined],
    [';;,,q=1', undefined],
  ])('of %j: %s', (accepted, encoding) => {
    expect(chooseEncoding(accepted, ['br', 'gzip'])).toBe(encoding);
  });

  it('offers only what there is', () => {
    expect(chooseEncoding('br, gzip', ['gzip'])).toBe('gzip');
    expect(chooseEncoding('br, gzip', [])).toBeUndefined();
  });
});
