import { signInForm } from '../access/sign-in-form.js';
import { byId, make, setData } from '../dom.js';
import type { WayOut } from '../view/states.js';

/** Links and buttons beside the sentence that says why there is no live picture: what people may do about it. */
export class WaysOut {
  readonly #place = byId('ways-out', HTMLElement);
  readonly #onAgain: () => void;

  /** @param onAgain somebody wants to try at once */
  constructor(onAgain: () => void) {
    this.#onAgain = onAgain;
  }

  /** @param streams names of those that the server has */
  show(ways: readonly WayOut[], stream: string, streams: readonly string[]): void {
    const shown = JSON.stringify([ways, stream, streams]);
    // Once a second the same: a button that is made anew would lose its focus.
    if (this.#place.dataset['shown'] === shown) return;
    setData(this.#place, 'shown', shown);
    this.#place.replaceChildren(...ways.flatMap(way => this.#elements(way, stream, streams)));
  }

  #elements(way: WayOut, stream: string, streams: readonly string[]): HTMLElement[] {
    switch (way) {
      case 'again': {
        const button = make('button', '', 'Try now');
        button.type = 'button';
        button.addEventListener('click', this.#onAgain);
        return [button];
      }
      case 'plain':
        return [link(`./video_feed?${new URLSearchParams({ stream }).toString()}`, 'Plain video')];
      case 'sign-in':
        return [signInForm()];
      case 'trust':
        return byId('trust-link', HTMLElement).hidden ? [] : [link('./trust', 'Trust this server on this device')];
      case 'streams':
        return streams
          .filter(name => name !== stream)
          .map(name => link(`#${new URLSearchParams({ stream: name }).toString()}`, name));
    }
  }
}

function link(href: string, text: string): HTMLAnchorElement {
  const anchor = make('a', '', text);
  anchor.href = href;
  return anchor;
}
