import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { FramewireError, messageOf } from '../errors.js';
import type { CertificateNames } from './names.js';

const DAY_MS = 86_400_000;

/** A certificate is replaced so long before its end, ms: a device that is off for weeks still finds a valid one. */
const RENEW_MS = 30 * DAY_MS;

/** A certificate (or a chain of them, the server's own first) and the key that belongs to it, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/**
 * Whether another certificate is needed for these names. One is kept for as long as it can be: who has accepted it by hand
 * is asked again for each new one. Pure.
 *
 * @param now ms since 1970.
 */
export function isDue(certificate: X509Certificate, { hosts, addresses }: CertificateNames, now: number): boolean {
  return (
    !isFresh(certificate, now) ||
    hosts.some(host => certificate.checkHost(host, { subject: 'never' }) === undefined) ||
    addresses.some(address => certificate.checkIP(address) === undefined)
  );
}

/** Whether it is valid now, and for the next 30 days. */
export function isFresh({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now + RENEW_MS <= Date.parse(validTo);
}

/** @returns undefined for what is no certificate. */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** @returns undefined for what is no private key, or one with a password. */
export function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that a server can show this.
 *
 * @param names of the files, for the sentence.
 * @throws FramewireError certificate-unusable
 */
export function checkPair({ cert, key }: Pair, names: Pair): X509Certificate {
  const certificate = parseCertificate(cert);
  if (certificate === undefined) {
    throw unusable(`${names.cert} is no certificate.`, 'It has to be PEM: -----BEGIN CERTIFICATE-----');
  }
  const privateKey = parseKey(key);
  if (privateKey === undefined) {
    throw unusable(`${names.key} is no key, or one with a password.`, 'It has to be PEM, without a password.');
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw unusable(
      `The key in ${names.key} does not belong to the certificate in ${names.cert}.`,
      'The first certificate of the file has to be that of the server itself.',
    );
  }
  try {
    // What OpenSSL does not take, as a key that is too short.
    createSecureContext({ cert, key });
  } catch (cause) {
    throw unusable(`The certificate in ${names.cert} cannot be used: ${messageOf(cause)}.`, 'Use another.');
  }
  return certificate;
}

function unusable(sentence: string, hint: string): FramewireError {
  return new FramewireError('certificate-unusable', sentence, hint);
}
