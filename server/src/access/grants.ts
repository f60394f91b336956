/** What a user may do. `control` and `admin` include `view`, `admin` all; `publish` stands beside them. */
export const ROLES = ['view', 'control', 'publish', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  view: ['view'],
  control: ['view', 'control'],
  publish: ['publish'],
  admin: ROLES,
};

/** Somebody with a token. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /** Names of streams, with `*` for any part of one: `gate`, `yard-*`, `*`. */
  readonly streams: readonly string[];
  /** `digestOf` the token. */
  readonly digest: Buffer;
  /** ms since 1970; Infinity: never. */
  readonly expiresAt: number;
}

/** Where a grant comes from, so that it can be judged again. */
export type Basis = { kind: 'open' } | { kind: 'user'; digest: Buffer } | { kind: 'link'; link: string };

/** What one request or connection may do. */
export interface Grant extends Pick<User, 'role' | 'streams' | 'expiresAt'> {
  /** For people and the log; empty where nobody has to say who they are. */
  readonly user: string;
  readonly basis: Basis;
}

/** Whether whoever has `role` may do what needs `needed`. */
export function includes(role: Role, needed: Role): boolean {
  return INCLUDED[role].includes(needed);
}

/** Whether a stream exists for the holder of a grant. */
export function sees({ streams }: Pick<Grant, 'streams'>, stream: string): boolean {
  return streams.some(pattern => matches(pattern, stream));
}

function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  // The leftmost place for each part leaves most room for those behind it.
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
