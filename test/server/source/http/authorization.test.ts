import { describe, expect, it } from 'vitest';
import { authorize, readChallenge, type Challenge } from '../../../../server/src/source/http/authorization.js';

function challenge(...headers: string[]): Challenge {
  const read = readChallenge(headers);
  if (read === undefined) throw new Error('It was not understood.');
  return read;
}

/** RFC 7616, 3.9.1. */
const MUFASA = { user: 'Mufasa', password: 'Circle of Life' };
const PARAMETERS =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const USE = { uri: '/dir/index.html', count: 1, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };

describe('the answer to a challenge', () => {
  it.each([
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ])('is that of RFC 7616 with %s', (algorithm, response) => {
    const header = authorize(challenge(`Digest ${PARAMETERS}, algorithm=${algorithm}`), MUFASA, USE);
    expect(header).toContain(`response="${response}"`);
    expect(header).toContain(`algorithm=${algorithm}, opaque="FQhe/`);
    expect(header).toContain('qop=auth, nc=00000001');
  });

  it('is that of RFC 2069 where the camera is as old', () => {
    const old = challenge(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"',
    );
    const header = authorize(old, { user: 'Mufasa', password: 'CircleOfLife' }, USE);
    expect(header).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(header).not.toMatch(/qop|nc=|cnonce|algorithm/);
  });

  it('is that of RFC 7617 for Basic', () => {
    const header = authorize(challenge('Basic realm="WallyWorld"'), { user: 'Aladdin', password: 'open sesame' }, USE);
    expect(header).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  it('escapes what is quoted, and counts', () => {
    const header = authorize(
      challenge(`Digest ${PARAMETERS}`),
      { user: 'a"b\\c', password: '' },
      { uri: '/', count: 17 },
    );
    expect(header).toContain('username="a\\"b\\\\c"');
    expect(header).toContain('nc=00000011');
  });

  it('takes the strongest challenge, be they in one header or in several', () => {
    const algorithms = (...headers: string[]) => {
      const read = challenge(...headers);
      return read.scheme === 'digest' ? read.algorithmName : read.scheme;
    };
    expect(algorithms('Basic realm="x"', 'Digest realm="x", nonce=1, algorithm=MD5')).toBe('MD5');
    expect(algorithms('Basic realm="x, y", Digest realm="x", nonce="1", algorithm=SHA-256')).toBe('SHA-256');
    expect(algorithms('Digest nonce=1, algorithm=md5', 'digest nonce=1, algorithm=SHA-256-sess')).toBe('SHA-256-sess');
    expect(algorithms('Digest nonce=1, algorithm=SHA-512-256, realm="a", Basic realm="x"')).toBe('basic');
  });

  it.each(['', 'Bearer', 'Negotiate', 'Digest realm="x"', 'Digest nonce="1", qop="auth-int"', 'Digest nonce="'])(
    '%j cannot be answered',
    header => {
      expect(readChallenge([header])).toBeUndefined();
    },
  );
});
