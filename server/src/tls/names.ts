import { BlockList, isIP, isIPv6 } from 'node:net';

/** What a server is called by those who connect to it. */
export interface CertificateNames {
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
}

/** What a machine knows of its own names. */
export interface Machine {
  /** As `os.hostname()` says. */
  readonly hostname: string;
  /** Of all its interfaces. */
  readonly addresses: readonly string[];
}

/**
 * Addresses that are nobody's own: loopback, private networks (RFC 1918, RFC 4193) and one link (RFC 3927, RFC 4291 2.5.6).
 * The authority may speak for these and no others.
 */
export const LOCAL_RANGES: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

/** Names that no registrar gives away (RFC 6762, RFC 6761 6.3); so it may speak for these as well. */
export const LOCAL_DOMAINS: readonly string[] = ['local', 'localhost'];

/** A name as DNS has it (RFC 1123 2.1), without a dot at its end. */
const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const local = new BlockList();
for (const range of LOCAL_RANGES) {
  const [address = '', bits] = range.split('/');
  local.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
}

export function isHostName(text: string): boolean {
  return isIP(text) === 0 && HOST.test(text);
}

/**
 * All names under which the server may be opened. A public address is none of them unless it was given: it stands for
 * somebody else tomorrow. Neither is one of a single link, which a browser cannot be told (RFC 6874, withdrawn).
 *
 * @param given further names and addresses that its owner wants.
 */
export function namesOf({ hostname, addresses }: Machine, given: readonly string[]): CertificateNames {
  const own = hostname.toLowerCase();
  const [label = ''] = own.split('.');
  const hosts = ['localhost', own, `${label}.local`, ...given.map(name => name.toLowerCase())].filter(isHostName);
  const ownAddresses = addresses.filter(address => isLocal(address) && !/^fe[89ab]/i.test(address));
  return {
    hosts: unique(hosts),
    addresses: unique(['127.0.0.1', '::1', ...ownAddresses, ...given.filter(name => isIP(name) !== 0)]),
  };
}

/** Whether it is of `LOCAL_RANGES`. */
export function isLocal(address: string): boolean {
  return isIP(address) !== 0 && local.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
