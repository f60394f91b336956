import { BlockList, isIP, isIPv6 } from 'node:net';

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
