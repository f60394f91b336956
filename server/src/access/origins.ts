import { BlockList, isIP } from 'node:net';

/** What stands for every address of this machine. */
export const ALL_ADDRESSES: readonly string[] = ['::', '0.0.0.0'];

/** @param name a name or an address; one of IPv6 is put in brackets. @returns with a slash at its end. */
export function urlOf(scheme: 'http' | 'https', name: string, port: number): string {
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}/`;
}

/** Where this machine reaches what listens there. @param host as `--host` says it: a name or an address. */
export function urlHere(scheme: 'http' | 'https', host: string, port: number): string {
  return urlOf(scheme, ALL_ADDRESSES.includes(host) ? 'localhost' : host, port);
}

/** What the command line says of names and sites. */
export interface AllowedNames {
  /** As `--host` says. */
  readonly host: string;
  /** Origins of further pages that may watch; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /** Whoever reaches the server may watch, by whatever way. */
  readonly isForEverybody?: boolean | undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether a page of that origin may watch. A browser lets any page open a WebSocket to any host, so without this
 * every site that a user visits could look through a camera on their own machine.
 *
 * @param origin the request's Origin header; scripts and same-origin downloads have none.
 * @param host the request's Host header.
 * @param allowed further origins, as `https://example.org`; `*` for all.
 */
export function mayWatch(origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * @param host what the server was told to listen on.
 * @param localAddress where one of its connections came in.
 */
export function isForThisMachineOnly(host: string, localAddress: string | undefined): boolean {
  if (localAddress === undefined || ALL_ADDRESSES.includes(host)) return false;
  return loopback.check(localAddress, isIP(localAddress) === 6 ? 'ipv6' : 'ipv4');
}

/** @param name a request's Host header: addresses are nobody's to give away, and `localhost` stands for this machine. */
export function mayBeCalled(name: string | undefined, { host, allowedOrigins }: AllowedNames): boolean {
  if (name === undefined || allowedOrigins.includes('*')) return true;
  const url = `http://${name}`;
  if (!URL.canParse(url)) return false;
  const hostname = new URL(url).hostname.replace(/\.$/, '');
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0 || /^(.+\.)?localhost$/.test(hostname)) return true;
  return [host.toLowerCase(), ...allowedOrigins.map(origin => new URL(origin).hostname)].includes(hostname);
}

/** @param name a request's Host header. @returns whether it is the one of an allowed site, as a proxy's is. */
export function isNamed(name: string, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true;
  const url = `http://${name}`;
  return URL.canParse(url) && allowed.some(origin => new URL(origin).hostname === new URL(url).hostname);
}
