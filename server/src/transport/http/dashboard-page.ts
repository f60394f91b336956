import type { StreamList } from '@framewire/shared/control';

const LIST_PLACE = /(<script type="application\/json" id="first-list">)[^<]*/;

/**
 * The dashboard's `index.html` with the list of streams in it: the page has its shape before its first drawing, and
 * asks for the first picture without a round trip for the list.
 */
export function withStreamList(html: string, list: StreamList): string {
  // Escaped, so that no name of a stream ends the element (HTML 4.12.1.3, "Restrictions for contents of script elements").
  const json = JSON.stringify(list).replaceAll('<', String.raw`\u003c`);
  return html.replace(LIST_PLACE, (_, tag: string) => tag + json);
}

const TRUST_PLACE = 'id="trust-link" hidden';

/** Shows the link to `/trust`, on the dashboard and on the sign-in page. */
export function withTrustLink(html: string): string {
  return html.replace(TRUST_PLACE, 'id="trust-link"');
}

const SENTENCE_PLACE = /(<p id="why"[^>]*>)[^<]*/;
const ACTION_PLACE = ' action="./"';
const KEPT_PLACE = '<!-- kept -->';

/** What the sign-in page says, and where it leads to. */
export interface SignIn {
  /** Why the token that came is not taken; empty when none came. */
  sentence: string;
  /** What the address that was asked for says behind its `?`, without a token. */
  query: URLSearchParams;
}

/** The sign-in page, for one who asked for something else. */
export function signInPage(html: string, { sentence, query }: SignIn): string {
  const fields = [...query].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}" />`,
  );
  return (
    html
      .replace(SENTENCE_PLACE, (whole, tag: string) => (sentence === '' ? whole : tag + escaped(sentence)))
      // To the address that the browser shows, with all that stands behind its `#`.
      .replace(ACTION_PLACE, '')
      .replace(KEPT_PLACE, () => fields.join(''))
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
