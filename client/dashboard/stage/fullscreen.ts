import { byId, setData, setText } from '../dom.js';

/** Nobody has moved for so long: the buttons over fullscreen pictures go away. */
const IDLE_AFTER_MS = 2500;

/** Fullscreen for the pictures; where the browser has none for elements (iPhone), they fill the page instead. */
export class Fullscreen {
  readonly #main = byId('main', HTMLElement);
  readonly #button = byId('fullscreen', HTMLButtonElement);
  readonly #onChange: (isFull: boolean) => void;
  #isFilling = false;
  #isWakingTap = false;
  #idleTimer: number | undefined;

  constructor(onChange: (isFull: boolean) => void) {
    this.#onChange = onChange;
    this.#button.addEventListener('click', () => void this.toggle());
    byId('picture', HTMLElement).addEventListener('dblclick', () => void this.toggle());
    document.addEventListener('fullscreenchange', () => this.#show());
    document.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.#fill(false);
    });
    this.#main.addEventListener('pointerdown', () => (this.#isWakingTap = this.#isBarAway()));
    // A finger that brings the buttons back has not seen the one that it lands on; a mouse moves first.
    const swallow = (event: MouseEvent): void => {
      const isFromKeys = event.detail === 0;
      if (this.#isWakingTap && !isFromKeys) event.stopPropagation();
    };
    this.#main.addEventListener('click', swallow, { capture: true });
    for (const event of ['pointermove', 'pointerdown', 'keydown'] as const) {
      this.#main.addEventListener(event, () => this.#wake());
    }
  }

  async toggle(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else if (this.#isFilling) this.#fill(false);
    else await this.#enter();
  }

  async #enter(): Promise<void> {
    try {
      if (!document.fullscreenEnabled) throw new Error('This browser has no fullscreen for elements.');
      await this.#main.requestFullscreen({ navigationUI: 'hide' });
    } catch {
      this.#fill(true);
    }
  }

  #fill(isFilling: boolean): void {
    if (isFilling === this.#isFilling) return;
    this.#isFilling = isFilling;
    this.#show();
  }

  #show(): void {
    const isFull = this.#isFilling || document.fullscreenElement === this.#main;
    setData(this.#main, 'full', String(isFull));
    const text = isFull ? 'Leave fullscreen' : 'Fullscreen';
    setText(this.#button.querySelector('span') ?? this.#button, text);
    this.#button.title = text;
    this.#button.querySelector('use')?.setAttribute('href', isFull ? '#icon-small' : '#icon-full');
    this.#onChange(isFull);
    this.#wake();
  }

  #isBarAway(): boolean {
    const { full, idle } = this.#main.dataset;
    return full === 'true' && idle === 'true';
  }

  #wake(): void {
    window.clearTimeout(this.#idleTimer);
    setData(this.#main, 'idle', 'false');
    this.#idleTimer = window.setTimeout(() => setData(this.#main, 'idle', 'true'), IDLE_AFTER_MS);
  }
}
