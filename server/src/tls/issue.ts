import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';
import { isLocal, LOCAL_DOMAINS, LOCAL_RANGES, type CertificateNames } from './names.js';

const DAY_MS = 86_400_000;

/** Clients' clocks may be behind, ms. */
const BEFORE_MS = DAY_MS;

const AUTHORITY_DAYS = 3650;

/** Apple refuses what is valid for more than 825 days (support.apple.com/103769), the day before counted. */
const LEAF_DAYS = 820;

/** RFC 5758 3.2; its parameters are left out. */
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

/**
 * A certificate of an authority that can speak for machines of a home and nobody else: whoever steals its key cannot
 * pose as a bank to those who trust it. RFC 5280 4.2.1.10, critical, so that who does not understand it refuses all.
 *
 * @param key an EC private key of P-256.
 * @param title what devices list it by.
 * @param names of its server: those that are not of any home are permitted one by one.
 * @returns PEM.
 */
export function issueAuthority(key: KeyObject, title: string, names: CertificateNames, now: number): string {
  const domains = [...LOCAL_DOMAINS, ...names.hosts.filter(host => !isWithin(host, LOCAL_DOMAINS))];
  const ranges = [...LOCAL_RANGES, ...names.addresses.filter(address => !isLocal(address)).map(rangeOfOne)];
  const permitted = [
    ...domains.map(dNSName => new GeneralName({ dNSName })),
    ...ranges.map(iPAddress => new GeneralName({ iPAddress })),
  ].map(base => new GeneralSubtree({ base }));
  const subject = called(title);
  return certificate(key, {
    issuer: subject,
    subject,
    publicKey: createPublicKey(key),
    notAfter: now + AUTHORITY_DAYS * DAY_MS,
    now,
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign), true),
      extension(
        id_ce_nameConstraints,
        new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) }),
        true,
      ),
    ],
  });
}

/**
 * What the server shows, signed by the authority.
 *
 * @param authority PEM of `issueAuthority`, and its key.
 * @param key the server's own.
 * @returns PEM.
 */
export function issueLeaf(
  authority: { certificate: string; key: KeyObject },
  key: KeyObject,
  names: CertificateNames,
  now: number,
): string {
  const issuer = AsnConvert.parse(derOf(authority.certificate), Certificate).tbsCertificate;
  const alternatives = [
    ...names.hosts.map(dNSName => new GeneralName({ dNSName })),
    ...names.addresses.map(iPAddress => new GeneralName({ iPAddress })),
  ];
  return certificate(authority.key, {
    issuer: issuer.subject,
    subject: called('Framewire'),
    publicKey: createPublicKey(key),
    notAfter: Math.min(now + LEAF_DAYS * DAY_MS, issuer.validity.notAfter.getTime().getTime()),
    now,
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, new SubjectAlternativeName(alternatives)),
    ],
  });
}

/** Whether an authority may speak for all of these. @param authority PEM of `issueAuthority`. */
export function permits(authority: string, { hosts, addresses }: CertificateNames): boolean {
  const { extensions } = AsnConvert.parse(derOf(authority), Certificate).tbsCertificate;
  const found = extensions?.find(({ extnID }) => extnID === id_ce_nameConstraints);
  if (found === undefined) return false;
  const bases = AsnConvert.parse(found.extnValue.buffer, NameConstraints).permittedSubtrees ?? [];
  const domains = bases.flatMap(({ base }) => base.dNSName ?? []);
  const ranges = bases.flatMap(({ base }) => base.iPAddress ?? []);
  return (
    hosts.every(host => isWithin(host, domains)) &&
    addresses.every(address => isLocal(address) || ranges.includes(rangeOfOne(address)))
  );
}

function isWithin(host: string, domains: readonly string[]): boolean {
  return domains.some(domain => host === domain || host.endsWith(`.${domain}`));
}

function rangeOfOne(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}

interface Contents {
  issuer: Name;
  subject: Name;
  publicKey: KeyObject;
  /** ms since 1970. */
  notAfter: number;
  now: number;
  extensions: Extension[];
}

function certificate(
  issuerKey: KeyObject,
  { issuer, subject, publicKey, notAfter, now, extensions }: Contents,
): string {
  const subjectPublicKeyInfo = AsnConvert.parse(
    bytes(publicKey.export({ type: 'spki', format: 'der' })),
    SubjectPublicKeyInfo,
  );
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature,
    issuer,
    validity: new Validity({ notBefore: new Date(now - BEFORE_MS), notAfter: new Date(notAfter) }),
    subject,
    subjectPublicKeyInfo,
    extensions: new Extensions([
      ...extensions,
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
      extension(
        id_ce_authorityKeyIdentifier,
        new AuthorityKeyIdentifier({
          keyIdentifier: new SubjectKeyIdentifier(keyIdentifier(createPublicKey(issuerKey))),
        }),
      ),
    ]),
  });
  const signatureValue = bytes(sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuerKey));
  return pemOf(
    AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm: signature, signatureValue })),
  );
}

function called(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** Positive and at most 20 bytes (RFC 5280 4.1.2.2), random, since browsers refuse two of one issuer with the same. */
function serialNumber(): ArrayBuffer {
  const number = randomBytes(16);
  number[0] = 0x40 | ((number[0] ?? 0) & 0x3f);
  return bytes(number);
}

/** RFC 7093 2, method 1. */
function keyIdentifier(publicKey: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = AsnConvert.parse(
    bytes(publicKey.export({ type: 'spki', format: 'der' })),
    SubjectPublicKeyInfo,
  );
  return bytes(createHash('sha256').update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20));
}

/** A copy: Node's small buffers lie in a pool that is no buffer of theirs alone. */
function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function derOf(pem: string): ArrayBuffer {
  return bytes(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}

function pemOf(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
