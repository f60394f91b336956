import type { StreamInfo } from '@framewire/client';
import { fetchAccess } from '../access/who.js';
import { byId, setText } from '../dom.js';
import { linkRow } from './link-row.js';
import { titleOf } from '../stream-title.js';
import { ShareForm } from './share.js';
import { streamLinks, type StreamLink } from './stream-links.js';

/** What to copy: a stream for other programs and pages, and this page as it stands. */
export class LinksDialog {
  readonly #dialog = byId('links', HTMLDialogElement);
  readonly #stream = byId('links-stream', HTMLSelectElement);
  readonly #list = byId('link-list', HTMLElement);
  readonly #share = new ShareForm();
  #hash = '';

  constructor() {
    this.#stream.addEventListener('change', () => void this.#fill());
  }

  /** @param hash of this page as it stands, without `#` */
  open(streams: readonly StreamInfo[], stream: string, hash: string): void {
    this.#hash = hash;
    this.#stream.replaceChildren(
      ...streams.map(info => new Option(titleOf(info), info.name, false, info.name === stream)),
    );
    void this.#fill();
    this.#dialog.showModal();
  }

  async #fill(): Promise<void> {
    const stream = this.#stream.value;
    const info = await fetchAccess();
    if (stream !== this.#stream.value) return;
    const base = new URL('./', document.baseURI).href;
    const page = (hash: string): string => (hash === '' ? base : `${base}#${hash}`);
    const bare = [this.#hash, 'bare'].filter(part => part !== '').join('&');
    // Where a token is wanted, other programs and pages need one of their own: sharing makes it.
    const ofStream = info?.guarded === true ? [] : streamLinks(base, stream);
    const links: StreamLink[] = [
      ...ofStream,
      { what: 'This page, as it stands', text: page(this.#hash) },
      { what: 'Its pictures alone, for a screen on a wall', text: page(bare) },
    ];
    const say = (sentence: string): void => setText(byId('copied', HTMLElement), sentence);
    say('');
    this.#list.replaceChildren(...links.map(link => linkRow(link, say)));
    this.#share.offer(stream, info?.mayShare === true);
  }
}
