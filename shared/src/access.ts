import { boolean, nullable, object, oneOf, parseJson, string, type Parsed } from './decoder.js';

/** What `GET /api/access` answers: who the viewer is, and what they may do. */
export interface AccessInfo {
  /** Whether the server asks for tokens at all. */
  guarded: boolean;
  /** For people; empty where nobody has to say who they are. */
  user: string;
  role: 'view' | 'control' | 'publish' | 'admin';
  /** Whether `POST /api/shares` makes links. */
  mayShare: boolean;
  /** When that ends, as ISO 8601; null: never. */
  expires: string | null;
}

/** What `POST /api/shares` answers `?stream=NAME&hours=2`. */
export interface Share {
  stream: string;
  /** Shows that stream to whoever has it. */
  token: string;
  /** ISO 8601. */
  expires: string;
}

const accessInfo = object<AccessInfo>({
  guarded: boolean,
  user: string,
  role: oneOf('view', 'control', 'publish', 'admin'),
  mayShare: boolean,
  expires: nullable(string),
});

const share = object<Share>({ stream: string, token: string, expires: string });

/** Never throws. */
export function parseAccessInfo(text: string): Parsed<AccessInfo> {
  return parseJson(accessInfo, text);
}

/** Never throws. */
export function parseShare(text: string): Parsed<Share> {
  return parseJson(share, text);
}
