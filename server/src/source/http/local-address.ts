import { lookup } from 'node:dns';
import { lookup as lookupAll } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/**
 * Loopback, link-local (a cloud's metadata service lives there) and "this host", which is loopback in practice
 * (RFC 6890). Addresses of IPv4 within IPv6 are looked up by `BlockList` itself.
 */
const LOCAL = new BlockList();
LOCAL.addSubnet('127.0.0.0', 8);
LOCAL.addSubnet('169.254.0.0', 16);
LOCAL.addSubnet('0.0.0.0', 8);
LOCAL.addSubnet('::', 96, 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** @param address of IPv4 or IPv6, without brackets. What is none is not local. */
export function isLocalAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  return isIP(bare) !== 0 && LOCAL.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}

/** A host that must not be reached, and what it stands for. */
export class LocalAddressError extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`${address} is local.`);
    this.name = 'LocalAddressError';
    this.address = address;
  }
}

/**
 * What keeps a connection from leading to a local address. Names are looked up when it is made, since what they stand
 * for may change between two questions; the connection fails with a LocalAddressError then.
 *
 * @param hostname as in a URL.
 * @throws LocalAddressError where it is an address itself
 */
export function confine(hostname: string): { lookup: LookupFunction } {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isLocalAddress(address)) throw new LocalAddressError(address);
  return { lookup: confinedLookup };
}

/**
 * @param hostname as in a URL.
 * @returns the first local address that it stands for now; undefined when there is none, or it stands for nothing.
 */
export async function localAddressOf(hostname: string): Promise<string | undefined> {
  const addresses = await lookupAll(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  return addresses.find(({ address }) => isLocalAddress(address))?.address;
}

const confinedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    const [first] = addresses;
    const local = addresses.find(({ address }) => isLocalAddress(address));
    if (first === undefined || local !== undefined) callback(new LocalAddressError(local?.address ?? hostname), '');
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
