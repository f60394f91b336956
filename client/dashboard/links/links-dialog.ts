import { byId, make, setText } from '../dom.js';
import { streamLinks, type StreamLink } from './stream-links.js';

/** What to copy: a stream for other programs and pages, and this page as it stands. */
export class LinksDialog {
  readonly #dialog = byId('links', HTMLDialogElement);
  readonly #stream = byId('links-stream', HTMLSelectElement);
  readonly #list = byId('link-list', HTMLElement);
  #hash = '';

  constructor() {
    this.#stream.addEventListener('change', () => this.#fill());
  }

  /** @param hash of this page as it stands, without `#` */
  open(streams: readonly string[], stream: string, hash: string): void {
    this.#hash = hash;
    this.#stream.replaceChildren(...streams.map(name => new Option(name, name, false, name === stream)));
    this.#fill();
    this.#dialog.showModal();
  }

  #fill(): void {
    const base = new URL('./', document.baseURI).href;
    const page = (hash: string): string => (hash === '' ? base : `${base}#${hash}`);
    const bare = [this.#hash, 'bare'].filter(part => part !== '').join('&');
    const links: StreamLink[] = [
      ...streamLinks(base, this.#stream.value),
      { what: 'This page, as it stands', text: page(this.#hash) },
      { what: 'Its pictures alone, for a screen on a wall', text: page(bare) },
    ];
    setText(byId('copied', HTMLElement), '');
    this.#list.replaceChildren(...links.map(link => this.#row(link)));
  }

  #row({ what, text }: StreamLink): HTMLElement {
    const rows = text.split('\n').length;
    const field = rows === 1 ? make('input', '') : make('textarea', '');
    if (field instanceof HTMLTextAreaElement) field.rows = rows + 1;
    field.readOnly = true;
    field.value = text;
    field.ariaLabel = what;
    field.addEventListener('focus', () => field.select());
    const button = make('button', '', 'Copy');
    button.type = 'button';
    button.ariaLabel = `Copy: ${what}`;
    button.addEventListener('click', () => void copy(field));
    return make('div', '', make('dt', '', what), make('dd', '', field, button));
  }
}

/** Pages over plain HTTP of another machine may not write the clipboard: they select, and people copy. */
async function copy(field: HTMLInputElement | HTMLTextAreaElement): Promise<void> {
  let said = 'Copied.';
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus();
    said = 'Selected: copy it with Ctrl+C, or hold it.';
  }
  setText(byId('copied', HTMLElement), said);
}
