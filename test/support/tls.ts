import { generateKeyPairSync } from 'node:crypto';
import { issueAuthority, issueLeaf } from '../../server/src/tls/issue.js';
import type { Pair } from '../../server/src/tls/certificate.js';
import { namesOf } from '../../server/src/tls/names.js';

/** A certificate for this machine that stands in no file, and the authority behind it, PEM. */
export function madeUpPair(now = Date.now()): Pair & { ca: string } {
  const authorityKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const names = namesOf({ hostname: 'localhost', addresses: [] }, []);
  const ca = issueAuthority(authorityKey, 'Authority of a test', names, now);
  const cert = issueLeaf({ certificate: ca, key: authorityKey }, key, names, now);
  return { ca, cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
