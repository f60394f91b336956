import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request for pictures comes from a browser, whose `<img>` takes pictures of any size: browsers ask for
 * images or pages, programs for anything or for nothing in particular. `Sec-Fetch-Dest` would say it outright, but
 * browsers send it only to `https:` and to their own machine. Pure.
 */
export function isBrowser({ accept = '' }: Pick<IncomingHttpHeaders, 'accept'>): boolean {
  return /\bimage\/|\btext\/html\b/i.test(accept);
}

/**
 * Whether a request comes from a library that reads 128 kB ahead of its program: aiohttp, which says so. Pure.
 * Five pictures in there are old before the program has taken the first.
 */
export function readsAhead({ 'user-agent': agent = '' }: Pick<IncomingHttpHeaders, 'user-agent'>): boolean {
  return /\baiohttp\//i.test(agent);
}
