import type { StreamList } from '@framewire/shared/control';

const PLACE = /(<script type="application\/json" id="first-list">)[^<]*/;

/**
 * The dashboard's `index.html` with the list of streams in it: the page has its shape before its first drawing, and
 * asks for the first picture without a round trip for the list.
 */
export function withStreamList(html: string, list: StreamList): string {
  // Escaped, so that no name of a stream ends the element (HTML 4.12.1.3, "Restrictions for contents of script elements").
  const json = JSON.stringify(list).replaceAll('<', String.raw`\u003c`);
  return html.replace(PLACE, (_, tag: string) => tag + json);
}
