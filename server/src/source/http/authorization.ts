import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a server wants to be told, from its WWW-Authenticate. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'digest';
      readonly realm: string;
      readonly nonce: string;
      readonly opaque: string | undefined;
      readonly algorithm: DigestAlgorithm;
      /** As the server wrote it; undefined where it was left out, and so must it be in the answer. */
      readonly algorithmName: string | undefined;
      /** RFC 2069's servers have none. */
      readonly qop: 'auth' | undefined;
    };

interface DigestAlgorithm {
  readonly hash: 'md5' | 'sha256';
  readonly isSession: boolean;
}

const ALGORITHMS: ReadonlyMap<string, DigestAlgorithm> = new Map<string, DigestAlgorithm>([
  ['md5', { hash: 'md5', isSession: false }],
  ['md5-sess', { hash: 'md5', isSession: true }],
  ['sha-256', { hash: 'sha256', isSession: false }],
  ['sha-256-sess', { hash: 'sha256', isSession: true }],
]);

/** The best of those that can be answered, the strongest first; undefined when there is none. */
export function readChallenge(headers: readonly string[]): Challenge | undefined {
  const all = headers.flatMap(parseChallenges);
  const digests = all.filter(challenge => challenge.scheme === 'digest');
  return digests.find(({ algorithm }) => algorithm.hash === 'sha256') ?? digests[0] ?? all[0];
}

/** Several challenges may stand in one header, apart by commas as their parameters are. */
function parseChallenges(header: string): Challenge[] {
  const schemes = [...header.matchAll(/(?:^|,)\s*(basic|digest|bearer|negotiate|ntlm)\b(?!\s*=)/gi)];
  return schemes.flatMap((match, i) => {
    const text = header.slice(match.index + match[0].length, schemes[i + 1]?.index);
    switch (match[1]?.toLowerCase()) {
      case 'basic':
        return [{ scheme: 'basic' }];
      case 'digest':
        return parseDigest(text);
      default:
        return [];
    }
  });
}

function parseDigest(text: string): Challenge[] {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of text.matchAll(
    /([a-z-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]*))/gi,
  )) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  const nonce = parameters.get('nonce');
  const algorithmName = parameters.get('algorithm');
  const algorithm = ALGORITHMS.get((algorithmName ?? 'md5').toLowerCase());
  const qops = parameters
    .get('qop')
    ?.split(',')
    .map(qop => qop.trim().toLowerCase());
  if (nonce === undefined || nonce === '' || algorithm === undefined || qops?.includes('auth') === false) return [];
  return [
    {
      scheme: 'digest',
      realm: parameters.get('realm') ?? '',
      nonce,
      opaque: parameters.get('opaque'),
      algorithm,
      algorithmName,
      qop: qops && 'auth',
    },
  ];
}

/** What one answer to a digest is about. */
export interface DigestUse {
  /** Path and query, as on the request's first line. */
  readonly uri: string;
  /** How often the nonce has been used, this time included. */
  readonly count: number;
  readonly cnonce?: string;
}

/** The header `Authorization` for a GET (RFC 7617, RFC 7616 and, without qop, RFC 2069). */
export function authorize(challenge: Challenge, { user, password }: Credentials, use: DigestUse): string {
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const { realm, nonce, opaque, algorithm, algorithmName, qop } = challenge;
  const hash = (text: string) => createHash(algorithm.hash).update(text).digest('hex');
  const cnonce = use.cnonce ?? randomBytes(12).toString('base64url');
  const count = use.count.toString(16).padStart(8, '0');
  const account = hash(`${user}:${realm}:${password}`);
  const secret = algorithm.isSession ? hash(`${account}:${nonce}:${cnonce}`) : account;
  const request = hash(`GET:${use.uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${count}:${cnonce}:${qop}`;
  const quoted = (name: string, value: string) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  const fields = [
    quoted('username', user),
    quoted('realm', realm),
    quoted('nonce', nonce),
    quoted('uri', use.uri),
    quoted('response', hash(`${secret}:${middle}:${request}`)),
    ...(algorithmName === undefined ? [] : [`algorithm=${algorithmName}`]),
    ...(opaque === undefined ? [] : [quoted('opaque', opaque)]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`]),
    ...(qop === undefined && !algorithm.isSession ? [] : [quoted('cnonce', cnonce)]),
  ];
  return `Digest ${fields.join(', ')}`;
}
