import { byId, setData, setText } from '../dom.js';

/** Nobody has moved for so long: the buttons over a fullscreen picture go away. */
const IDLE_AFTER_MS = 2500;

/** Fullscreen for the large picture; where the browser has none for elements (iPhone), it fills the page instead. */
export class Fullscreen {
  readonly #stage = byId('stage', HTMLElement);
  readonly #button = byId('fullscreen', HTMLButtonElement);
  #isFilling = false;
  #isWakingTap = false;
  #idleTimer: number | undefined;

  constructor() {
    this.#button.addEventListener('click', () => void this.toggle());
    byId('picture', HTMLElement).addEventListener('dblclick', () => void this.toggle());
    document.addEventListener('fullscreenchange', () => this.#show());
    document.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.#fill(false);
    });
    this.#stage.addEventListener('pointerdown', () => (this.#isWakingTap = this.#isBarAway()));
    // A finger that brings the buttons back has not seen the one that it lands on; a mouse moves first.
    const swallow = (event: MouseEvent): void => {
      const isFromKeys = event.detail === 0;
      if (this.#isWakingTap && !isFromKeys) event.stopPropagation();
    };
    this.#stage.addEventListener('click', swallow, { capture: true });
    for (const event of ['pointermove', 'pointerdown', 'keydown'] as const) {
      this.#stage.addEventListener(event, () => this.#wake());
    }
  }

  async toggle(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else if (this.#isFilling) this.#fill(false);
    else await this.#enter();
  }

  async leave(): Promise<void> {
    this.#fill(false);
    if (document.fullscreenElement !== null) await document.exitFullscreen();
  }

  async #enter(): Promise<void> {
    try {
      if (!document.fullscreenEnabled) throw new Error('This browser has no fullscreen for elements.');
      await this.#stage.requestFullscreen({ navigationUI: 'hide' });
    } catch {
      this.#fill(true);
    }
  }

  #fill(isFilling: boolean): void {
    this.#isFilling = isFilling;
    this.#show();
  }

  #show(): void {
    const isFull = this.#isFilling || document.fullscreenElement === this.#stage;
    setData(this.#stage, 'full', String(isFull));
    setText(this.#button.querySelector('span') ?? this.#button, isFull ? 'Leave fullscreen' : 'Fullscreen');
    this.#button.querySelector('use')?.setAttribute('href', isFull ? '#icon-small' : '#icon-full');
    this.#wake();
  }

  #isBarAway(): boolean {
    const { full, idle } = this.#stage.dataset;
    return full === 'true' && idle === 'true';
  }

  #wake(): void {
    window.clearTimeout(this.#idleTimer);
    setData(this.#stage, 'idle', 'false');
    this.#idleTimer = window.setTimeout(() => setData(this.#stage, 'idle', 'true'), IDLE_AFTER_MS);
  }
}
