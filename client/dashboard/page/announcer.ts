import { byId, setText } from '../dom.js';

const TOAST_MS = 3000;
/** What lasts no longer than this at the start is no news: every page connects and starts. */
const QUIET_MS = 2000;

/** To the title for those who look at another tab, to a live region for those who listen; the latter only news. */
export class Announcer {
  readonly #toast = byId('toast', HTMLElement);
  readonly #startedAt = performance.now();
  #announced = '';
  #toastTimer: number | undefined;

  /** @param word how it is; empty: as usual. @param isUsual whether the title need not say so */
  tell(what: string, word: string, detail: string, isUsual = word === ''): void {
    document.title = isUsual ? `${what} – Framewire` : `${word}: ${what} – Framewire`;
    const news = word === '' ? what : `${what}: ${word}`;
    if (news === this.#announced) return;
    if (!isUsual && performance.now() - this.#startedAt < QUIET_MS) return;
    this.#announced = news;
    setText(byId('announcer', HTMLElement), `${news}. ${detail}`);
  }

  /** Something worth a sentence that goes away by itself. */
  toast(text: string): void {
    setText(this.#toast, text);
    window.clearTimeout(this.#toastTimer);
    this.#toastTimer = window.setTimeout(() => setText(this.#toast, ''), TOAST_MS);
  }
}
