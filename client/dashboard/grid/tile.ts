import type { FramewireViewElement, ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo } from '@framewire/client';
import { make, setData, setText } from '../dom.js';
import { figureText, latencyFigure, rateFigure } from '../figures.js';
import type { Settings } from '../page/settings.js';
import { ask } from '../view/ask.js';
import { viewWords, type Words } from '../view/states.js';
import { showTurn, type Turn } from '../view/turn.js';
import { isCurable, newFacts, pictureEveryMs, withStats, withStatus, type ViewFacts } from '../view/view-facts.js';

/** One stream as a small picture with its name: a button that shows it large. */
export class Tile {
  readonly item: HTMLLIElement;
  readonly #button = make('button', 'tile');
  readonly #name = make('span', 'tile-name');
  readonly #picture = make('span', 'tile-picture');
  readonly #note = make('span', 'tile-note');
  readonly #number = make('kbd', 'number');
  readonly #word = make('span', 'tile-word');
  readonly #figures = make('span', 'tile-figures');
  /** Together with what is known about it; null while the picture is shown large. */
  #view: FramewireViewElement | null = null;
  #facts: ViewFacts | null = null;

  constructor(onChoose: () => void) {
    const caption = make('span', 'tile-caption', make('span', 'dot'), this.#name);
    caption.append(this.#word, this.#figures);
    this.#picture.append(this.#note);
    this.#button.append(this.#picture, this.#number, caption);
    this.#button.type = 'button';
    // It is named by its caption: the name and how it is.
    for (const part of [this.#picture, this.#number, this.#figures]) part.ariaHidden = 'true';
    this.#button.addEventListener('click', onChoose);
    this.item = make('li', '', this.#button);
  }

  set title(title: string) {
    setText(this.#name, title);
    this.#button.title = title;
  }

  /** @param number as the key that shows it large; 0: none does */
  set number(number: number) {
    setText(this.#number, number === 0 ? '' : String(number));
  }

  set turn(turn: Turn) {
    showTurn(this.#picture, turn);
  }

  set isPaused(isPaused: boolean) {
    if (this.#view !== null && this.#view.paused !== isPaused) this.#view.paused = isPaused;
  }

  /** Its picture is shown large: the tile says so, and has no view of its own until `showView`. */
  showAsLarge(): void {
    this.#removeView();
    this.#button.setAttribute('aria-current', 'true');
    setText(this.#note, 'Shown large');
    setText(this.#figures, '');
  }

  showView(info: StreamInfo, settings: Settings): void {
    this.#button.removeAttribute('aria-current');
    if (this.#facts !== null && isCurable(this.#facts)) this.#removeView();
    ask((this.#view ??= this.#addView(info.name)), settings);
    if (this.#facts !== null) this.#facts.pictureEveryMs = pictureEveryMs(settings.fps, info);
  }

  /** What changes by mere passing of time: ages, and when a silence becomes a loss. */
  tick(now: number): void {
    if (this.#facts === null) return;
    const words = viewWords(this.#facts, now);
    this.write(words);
    setText(this.#note, words.picture === 'none' ? words.title : '');
  }

  /** The tile of the large picture has no view: it is told. */
  writeAsLarge(words: Words): void {
    if (this.#view === null) this.write(words);
  }

  /** Waits no longer for the view's own next attempt: the next `showView` opens a new one. */
  reconnect(): void {
    if (this.#facts?.status.state === 'reconnecting') this.#removeView();
  }

  write({ tone, word, picture }: Words): void {
    setData(this.#button, 'tone', tone);
    setData(this.#button, 'picture', picture);
    // That the server is away is seen once, at the top of the page; to those who listen each tile says it.
    setData(this.#button, 'away', String(this.#facts?.status.state === 'reconnecting'));
    setText(this.#word, word);
    if (tone !== 'ok') setText(this.#figures, '');
  }

  #addView(stream: string): FramewireViewElement {
    const view = document.createElement('framewire-view');
    view.stream = stream;
    // Chromium counts a canvas in a shadow tree among what names the button, hidden or not.
    view.ariaLabel = '';
    view.addEventListener('framewire-status', event => this.#onStatus(event.detail));
    view.addEventListener('framewire-stats', event => this.#onStats(event.detail));
    this.#facts = newFacts(stream, view.status, performance.now());
    setText(this.#note, '');
    this.#picture.prepend(view);
    return view;
  }

  #removeView(): void {
    this.#view?.remove();
    this.#view = null;
    this.#facts = null;
  }

  #onStatus(status: ViewStatus): void {
    if (this.#facts === null) return;
    const now = performance.now();
    this.#facts = withStatus(this.#facts, status, now);
    this.tick(now);
  }

  #onStats(stats: ViewStats): void {
    if (this.#facts === null) return;
    const now = performance.now();
    this.#facts = withStats(this.#facts, stats, now);
    const latency = figureText(latencyFigure(stats.latencyMs.total?.p50 ?? null));
    if (viewWords(this.#facts, now).tone === 'ok') {
      setText(this.#figures, `${latency} · ${figureText(rateFigure(stats.drawnFps))}`);
    }
    this.tick(now);
  }
}
