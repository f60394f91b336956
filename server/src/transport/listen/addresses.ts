import type { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { ALL_ADDRESSES, isForThisMachineOnly, urlOf } from '../../access/origins.js';

/** Where a server can be reached. */
export interface Reach {
  /** URLs for a person on this machine to open. */
  readonly local: string[];
  /** URLs for others. Empty on a machine that has no network yet, whatever it listens on. */
  readonly network: string[];
  /** Whether other machines may connect, now or as soon as there is a network. */
  readonly isOpen: boolean;
}

/**
 * @param host as `--host` says it: a name or an address.
 * @param bound the addresses that are listened on.
 * @param certificate what is shown there; undefined without TLS.
 */
export function reachOf(
  host: string,
  bound: readonly string[],
  port: number,
  certificate: X509Certificate | undefined,
): Reach {
  const scheme = certificate === undefined ? 'http' : 'https';
  const urlFor = (name: string) => urlOf(scheme, name, port);
  if (ALL_ADDRESSES.includes(host)) {
    const network = certifiedNames(lanAddresses(host), certificate);
    return { local: [urlFor('127.0.0.1')], network: network.map(urlFor), isOpen: true };
  }
  const urls = bound.map(address => urlFor(host === 'localhost' ? address : host));
  const isOpen = bound.some(address => !isForThisMachineOnly(host, address));
  return { local: isOpen ? [] : urls, network: isOpen ? urls : [], isOpen };
}

/**
 * What a browser believes the certificate at: some of the addresses, else the names in it, as one from an authority of the
 * internet has them. Where it is for neither, people will have to click a warning away anyhow.
 */
export function certifiedNames(
  addresses: readonly string[],
  certificate: X509Certificate | undefined,
): readonly string[] {
  if (certificate === undefined) return addresses;
  const certified = addresses.filter(address => certificate.checkIP(address) !== undefined);
  if (certified.length > 0) return certified;
  const names = [...(certificate.subjectAltName ?? '').matchAll(/\bDNS:([\w.-]+)/g)].map(([, name = '']) => name);
  const others = names.filter(name => /[^.]\.[^.]/.test(name) && !/\.(local|localhost)$/.test(name));
  return others.length > 0 ? others : addresses;
}

/** Addresses that other machines can use, without those that hold only on one link. */
function lanAddresses(host: string): string[] {
  return Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .filter(({ family }) => host === '::' || family === 'IPv4')
    .map(({ address }) => address);
}
