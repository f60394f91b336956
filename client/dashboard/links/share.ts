import { parseShare, type Share } from '@framewire/shared/access';
import { refusalText } from '../access/refusal-text.js';
import { byId, setText } from '../dom.js';
import { linkRow } from './link-row.js';
import { streamLinks } from './stream-links.js';

/** Makes links that show one stream for some time, where the viewer may do that. */
export class ShareForm {
  readonly #place = byId('share', HTMLElement);
  readonly #hours = byId('share-hours', HTMLSelectElement);
  readonly #code = byId('share-code', HTMLImageElement);
  readonly #links = byId('share-links', HTMLElement);
  #stream = '';

  constructor() {
    byId('share-make', HTMLButtonElement).addEventListener('click', () => void this.#make());
  }

  /** With nothing made yet. @param mayShare false: it is not offered. */
  offer(stream: string, mayShare: boolean): void {
    this.#stream = stream;
    this.#clear('');
    this.#place.hidden = !mayShare;
  }

  async #make(): Promise<void> {
    const stream = this.#stream;
    this.#clear('');
    try {
      const query = new URLSearchParams({ stream, hours: this.#hours.value });
      const response = await fetch(`api/shares?${query.toString()}`, { method: 'POST' });
      const text = await response.text();
      const share = parseShare(text);
      if (share.ok) await this.#show(share.message);
      else this.#clear(refusalText(text));
    } catch {
      this.#clear('The server does not answer.');
    }
  }

  async #show({ stream, token, expires }: Share): Promise<void> {
    const base = new URL('./', document.baseURI).href;
    const link = `${base}?token=${token}`;
    const say = (sentence: string): void => setText(byId('share-said', HTMLElement), sentence);
    say(`It is valid until ${new Date(expires).toLocaleString()}.`);
    const rows = [{ what: 'Link', text: link }, ...streamLinks(base, stream, token)];
    this.#links.replaceChildren(...rows.map(row => linkRow(row, say)));
    // When needed: most visits share nothing.
    const { renderSVG } = await import('uqr');
    this.#code.src = `data:image/svg+xml,${encodeURIComponent(renderSVG(link, { border: 2 }))}`;
    this.#code.hidden = false;
  }

  #clear(said: string): void {
    setText(byId('share-said', HTMLElement), said);
    this.#links.replaceChildren();
    this.#code.hidden = true;
  }
}
