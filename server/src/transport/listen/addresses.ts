import { networkInterfaces } from 'node:os';
import { ALL_ADDRESSES, isForThisMachineOnly } from '../../access/origins.js';

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
 */
export function reachOf(
  host: string,
  bound: readonly string[],
  port: number,
  scheme: 'http' | 'https' = 'http',
): Reach {
  const urlFor = (name: string) => `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}/`;
  if (ALL_ADDRESSES.includes(host))
    return { local: [urlFor('127.0.0.1')], network: lanAddresses(host).map(urlFor), isOpen: true };
  const urls = bound.map(address => urlFor(host === 'localhost' ? address : host));
  const isOpen = bound.some(address => !isForThisMachineOnly(host, address));
  return { local: isOpen ? [] : urls, network: isOpen ? urls : [], isOpen };
}

/** Addresses that other machines can use, without those that hold only on one link. */
function lanAddresses(host: string): string[] {
  return Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .filter(({ family }) => host === '::' || family === 'IPv4')
    .map(({ address }) => address);
}
