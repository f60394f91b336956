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
