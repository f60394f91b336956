/**
 * What may be read of a camera's URL by anybody but its owner: scheme, host and path. The user's name, the password and
 * whatever stands behind the `?` stay out of sentences, logs and lists.
 */

/** In any text: scheme, rest up to a blank or a sign that closes a quotation. */
const URLS = /\b([a-z][a-z0-9+.-]*):\/\/([^\s'"<>|\\]+)/gi;

/** What a sentence may put behind a URL without being part of it. */
const PUNCTUATION = /[.,;:!)]+$/;

/** Some cameras take the password in the path: `rtsp://host/user=me&password=secret&channel=1`. */
const SECRET_IN_PATH = /((?:^|[^a-z])(?:user|usr|login|pass|pwd|psw|pw|token|key|auth|secret|sig|session)[a-z]*=).*/i;

/** Values that the user keeps apart from the settings. Shorter ones would take half of every sentence with them. */
const known = new Set<string>();
const LEAST_SECRET = 4;

/** From now on this text stands in nothing that goes through here. */
export function hideAlways(secret: string): void {
  if (secret.length >= LEAST_SECRET) known.add(secret);
}

/** Tokens of users and of links, wherever they stand. */
const TOKENS = /\b(f[sw]_)[\w-]{16,}/g;

/** For what leaves the process for good, as the log does. */
export function withoutSecrets(text: string): string {
  return withoutUrlSecrets(text).replaceAll(TOKENS, '$1***');
}

function withoutKnown(text: string): string {
  let rest = text;
  for (const secret of known) rest = rest.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
  return rest;
}

/** @returns scheme, host and path of a URL; of a text that is none but its scheme, nothing that may be a secret. */
export function shownUrl(url: string): string {
  return withoutKnown(withoutCredentials(url));
}

function withoutCredentials(url: string): string {
  const [, scheme = '', rest = ''] = /^([^:]*):\/\/(.*)$/s.exec(url) ?? [];
  if (!URL.canParse(url)) {
    // A password that was not encoded may hold any sign.
    const host = /^[^/?#]*/.exec(rest.slice(rest.lastIndexOf('@') + 1))?.[0] ?? '';
    return `${scheme}://${/^[\w.-]+(:\d*)?$|^\[[\da-f:.]+\](:\d*)?$/i.test(host) ? host : ''}`;
  }
  const { protocol, host, pathname } = new URL(url);
  // A path that was not written is not made up.
  const path = pathname === '/' && !/^[^?#]*\//.test(rest) ? '' : pathname;
  const segments = path.split('/').map(segment => segment.replace(SECRET_IN_PATH, '$1***'));
  return `${protocol}//${host}${segments.join('/')}`;
}

/**
 * Takes secrets out of a text that may quote URLs, also those of redirects and segments, which nobody here has written.
 *
 * @param url of the camera that the text is about: a part of it that is quoted without its host goes too.
 */
export function withoutUrlSecrets(text: string, url = ''): string {
  const cleaned = withoutKnown(secretParts(url).reduce((rest, secret) => rest.replaceAll(secret, ''), text));
  return cleaned.replaceAll(URLS, whole => {
    const end = PUNCTUATION.exec(whole)?.[0] ?? '';
    const quoted = whole.slice(0, whole.length - end.length);
    return /[@?#=]/.test(quoted) || !URL.canParse(quoted) ? shownUrl(quoted) + end : whole;
  });
}

/** User with password, and query: as they were typed, and as Node writes them. */
function secretParts(url: string): string[] {
  const typed = /^[^:]*:\/\/(?:([^/?#]*@))?[^?#]*(\?.+)?$/s.exec(url);
  const { username = '', password = '', search = '' } = URL.canParse(url) ? new URL(url) : {};
  const parts = [typed?.[1] ?? '', typed?.[2] ?? '', `${username}:${password}@`, search];
  return parts.filter(part => part.length > 2).sort((a, b) => b.length - a.length);
}
