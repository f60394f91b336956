import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { StateFolder } from '../ops/state-folder.js';
import { isDue, isFresh, parseCertificate, parseKey, type Pair } from './certificate.js';
import type { CertificateNames } from './names.js';

const FILES = { authorityKey: 'ca.key', authority: 'ca.crt', leafKey: 'leaf.key', leaf: 'leaf.crt' } as const;

/** What a server of its own authority shows. */
export interface SelfMade {
  readonly pair: Pair;
  /** The authority's certificate, PEM: who trusts this trusts the server. */
  readonly authority: string;
  /** Another one was there, and does not count any more: whoever trusted that has to trust this. */
  readonly replacedAuthority: boolean;
}

/**
 * The certificate of a server that has none: of an authority that this machine makes once and keeps. Both are taken from
 * the folder where they are good for these names, and made where they are not. Keys stay: a pin of one holds.
 *
 * @param now ms since 1970.
 * @throws FramewireError state-unusable
 */
export async function selfMade(folder: StateFolder, names: CertificateNames, now: number): Promise<SelfMade> {
  return found(folder, names, now) ?? made(folder, names, now);
}

function found(folder: StateFolder, names: CertificateNames, now: number): SelfMade | undefined {
  const authority = folder.read(FILES.authority) ?? '';
  const cert = folder.read(FILES.leaf) ?? '';
  const key = folder.read(FILES.leafKey) ?? '';
  const issuer = parseCertificate(authority);
  const leaf = parseCertificate(cert);
  const leafKey = parseKey(key);
  if (issuer === undefined || leaf === undefined || leafKey === undefined) return undefined;
  const isGood =
    isFresh(issuer, now) && leaf.verify(issuer.publicKey) && leaf.checkPrivateKey(leafKey) && !isDue(leaf, names, now);
  return isGood ? { pair: { cert, key }, authority, replacedAuthority: false } : undefined;
}

async function made(folder: StateFolder, names: CertificateNames, now: number): Promise<SelfMade> {
  // Only now: it is needed once in two years.
  const { issueAuthority, issueLeaf, permits } = await import('./issue.js');
  const authorityKey = keyFrom(folder, FILES.authorityKey);
  const before = folder.read(FILES.authority);
  const issuer = parseCertificate(before ?? '');
  const isGood =
    before !== undefined &&
    issuer?.checkPrivateKey(authorityKey) === true &&
    isFresh(issuer, now) &&
    permits(before, names);
  const authority = isGood ? before : issueAuthority(authorityKey, titleOf(names, now), names, now);
  if (!isGood) folder.write(FILES.authority, authority);
  const leafKey = keyFrom(folder, FILES.leafKey);
  const cert = issueLeaf({ certificate: authority, key: authorityKey }, leafKey, names, now);
  folder.write(FILES.leaf, cert);
  const replacedAuthority = before !== undefined && !isGood;
  return { pair: { cert, key: pemOf(leafKey) }, authority, replacedAuthority };
}

/** Devices list it by this, beside those of other machines and older ones of this. */
function titleOf({ hosts }: CertificateNames, now: number): string {
  const own = hosts.find(host => host !== 'localhost') ?? 'this machine';
  return `Framewire on ${own}, ${new Date(now).toISOString().slice(0, 10)}`;
}

function keyFrom(folder: StateFolder, name: string): KeyObject {
  const { text } = folder.readOrMake(name, () => pemOf(newKey()));
  const key = parseKey(text);
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  const another = newKey();
  folder.write(name, pemOf(another));
  return another;
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
