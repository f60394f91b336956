import type { IncomingHttpHeaders } from 'node:http';
import { SUBPROTOCOL_TOKEN } from '@framewire/shared/protocol';
import { FramewireError } from '../errors.js';
import { cookiesNamed } from './cookie.js';

/** What somebody brings along to show who they are. */
export type Credentials =
  | { readonly kind: 'none' }
  /** `isAmbient`: a browser sends it by itself, whatever page asks. */
  | { readonly kind: 'token'; readonly token: string; readonly isAmbient: boolean }
  /** Always ambient. */
  | { readonly kind: 'cookies'; readonly values: readonly string[] };

export const NO_CREDENTIALS: Credentials = { kind: 'none' };

/** The name of the parameter in URLs. */
export const TOKEN_PARAMETER = 'token';

interface Asked {
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Credentials of a request or a WebSocket's handshake. What was written on purpose counts before a cookie: header,
 * subprotocol, address, in this order.
 *
 * @param cookie the name of this server's.
 * @throws FramewireError bad-request when the address has two tokens: proxies and servers may go by different ones.
 */
export function credentialsOf({ url = '', headers }: Asked, cookie: string): Credentials {
  const inQuery = tokenInQuery(url);
  const explicit = bearer(headers.authorization) ?? subprotocolToken(headers['sec-websocket-protocol']) ?? inQuery;
  if (explicit !== undefined) return { kind: 'token', token: explicit, isAmbient: false };
  const typed = basic(headers.authorization);
  // A browser that was once asked for a password sends it with all later requests, those of other sites' pages too.
  if (typed !== undefined) return { kind: 'token', token: typed, isAmbient: headers.origin !== undefined };
  const values = cookiesNamed(cookie, headers.cookie);
  return values.length === 0 ? NO_CREDENTIALS : { kind: 'cookies', values };
}

function bearer(authorization = ''): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** The token is the password, under any name; or the name, without a password (RFC 7617). */
function basic(authorization = ''): string | undefined {
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return password.join(':') || name || undefined;
}

function subprotocolToken(offered = ''): string | undefined {
  const names = offered.split(',').map(name => name.trim());
  return names.find(name => name.startsWith(SUBPROTOCOL_TOKEN))?.slice(SUBPROTOCOL_TOKEN.length);
}

function tokenInQuery(url: string): string | undefined {
  const at = url.indexOf('?');
  const tokens = at < 0 ? [] : new URLSearchParams(url.slice(at)).getAll(TOKEN_PARAMETER);
  if (tokens.length > 1) throw new FramewireError('bad-request', 'This address has more than one token.');
  // That of a form which was sent empty.
  return tokens[0] === '' ? undefined : tokens[0];
}
