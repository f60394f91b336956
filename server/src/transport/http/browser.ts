import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request for pictures comes from a browser, whose `<img>` takes pictures of any size: browsers ask for
 * images or pages, programs for anything or for nothing in particular. `Sec-Fetch-Dest` would say it outright, but
 * browsers send it only to `https:` and to their own machine. Pure.
 */
export function isBrowser({ accept = '' }: Pick<IncomingHttpHeaders, 'accept'>): boolean {
  return /\bimage\/|\btext\/html\b/i.test(accept);
}
