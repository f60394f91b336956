import { statusText } from './status-text.js';
import { viewStyle } from './view-style.js';
import type { ViewStatus } from '../pipeline/view-status.js';

/** What is inside a `<framewire-view>`: the canvas, and over it the text that says why there is no live picture. */
export class Overlay {
  readonly #root: ShadowRoot;
  readonly #status = document.createElement('div');
  readonly #text = document.createElement('span');
  /** Not read out: it changes every second. */
  readonly #countdown = document.createElement('span');
  #canvas: HTMLCanvasElement | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: HTMLElement) {
    this.#root = host.attachShadow({ mode: 'open' });
    // Not a <style>: the page's policy may forbid those.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(viewStyle);
    this.#root.adoptedStyleSheets = [sheet];
    this.#status.part.add('status');
    this.#status.setAttribute('role', 'status');
    this.#countdown.setAttribute('aria-hidden', 'true');
    this.#status.append(this.#text, this.#countdown);
    this.#root.append(this.#status);
  }

  /** @returns a canvas for a new worker to draw on, which is not in its place yet. */
  newCanvas(label: string): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    // Keeps the place of a picture until the first has come.
    canvas.width = 640;
    canvas.height = 360;
    canvas.part.add('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
    return canvas;
  }

  /** Puts it in place of the old one. */
  place(canvas: HTMLCanvasElement): void {
    this.#canvas?.remove();
    this.#canvas = canvas;
    this.#root.prepend(canvas);
  }

  /** The accessible name of the picture. */
  set label(label: string) {
    this.#canvas?.setAttribute('aria-label', label);
  }

  show(status: ViewStatus): void {
    clearInterval(this.#timer);
    const text = statusText(status);
    // Every write is read out, also of the same words, as each attempt to reconnect brings them.
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#status.classList.toggle('quiet', text === '' || status.state === 'live' || status.state === 'failing');
    this.#countdown.textContent = '';
    if (status.state === 'reconnecting') this.#countDown(performance.now() + status.retryInMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #countDown(until: number): void {
    const show = (): void => {
      const seconds = Math.ceil((until - performance.now()) / 1000);
      this.#countdown.textContent = seconds > 0 ? ` Trying again in ${seconds} s.` : ' Trying again…';
    };
    show();
    this.#timer = setInterval(show, 1000);
  }
}
