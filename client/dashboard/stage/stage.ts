import type { FramewireViewElement, ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo, Subscribed } from '@framewire/client';
import { ask } from '../view/ask.js';
import { byId, setData, setText } from '../dom.js';
import { figureText, latencyFigure, rateFigure } from '../figures.js';
import { pictureFileName, savePicture } from './save-picture.js';
import { WaysOut } from './ways-out.js';
import { viewWords, type Words } from '../view/states.js';
import type { Settings } from '../page/url-state.js';
import { isCurable, newFacts, pictureEveryMs, withStats, withStatus, type ViewFacts } from '../view/view-facts.js';

export interface StageListener {
  /** Once a second while connected, also while paused. */
  onStats(stats: ViewStats, isLive: boolean): void;
  /** From now on, and until `onStats` tells otherwise, no pictures come. */
  onStill(): void;
  onSubscribed(subscribed: Subscribed): void;
  onWords(words: Words): void;
  /** Something worth a sentence happened. */
  onMessage(text: string): void;
}

/** The large picture with what is said over it and the buttons under it. */
export class Stage {
  readonly #listener: StageListener;
  readonly #section = byId('stage', HTMLElement);
  readonly #picture = byId('picture', HTMLElement);
  readonly #pauseButton = byId('pause', HTMLButtonElement);
  readonly #buttons = [this.#pauseButton, byId('save', HTMLButtonElement), byId('fullscreen', HTMLButtonElement)];
  readonly #waysOut = new WaysOut(() => this.retry());
  #view: FramewireViewElement | null = null;
  #settings: Settings | null = null;
  #streams: readonly StreamInfo[] = [];
  #facts: ViewFacts | null = null;

  constructor(listener: StageListener) {
    this.#listener = listener;
    this.#pauseButton.addEventListener('click', () => this.togglePause());
    byId('save', HTMLButtonElement).addEventListener('click', () => void this.save());
  }

  /** Name of the stream shown; null while none is. */
  get stream(): string | null {
    return this.#view?.stream ?? null;
  }

  /** @param streams as the server lists them; `stream` need not be one of them. */
  show(stream: string, settings: Settings, streams: readonly StreamInfo[]): void {
    this.#settings = settings;
    this.#streams = streams;
    const info = streams.find(({ name }) => name === stream);
    if (info !== undefined && this.#facts !== null && isCurable(this.#facts)) this.hide();
    const view = (this.#view ??= this.#addView());
    if (view.stream !== stream) {
      view.stream = stream;
      view.paused = false;
      this.#facts = newFacts(stream, view.status, performance.now());
      this.#showPaused();
    }
    ask(view, settings);
    if (this.#facts !== null) this.#facts.pictureEveryMs = pictureEveryMs(settings.fps, info);
    this.tick(performance.now());
  }

  /**
   * The server answers again: does not wait for the view's own next attempt, which may be 10 s away. A paused view has
   * time: a new one would stand there without the picture that it was paused for.
   */
  reconnect(): void {
    if (this.#facts?.status.state === 'reconnecting' && this.#view?.paused !== true) this.hide();
  }

  /** Somebody does not want to wait for the next attempt. */
  retry(): void {
    const { stream } = this;
    if (stream === null || this.#settings === null) return;
    this.hide();
    this.show(stream, this.#settings, this.#streams);
  }

  /** Ends the connection too: what nobody sees costs nothing. */
  hide(): void {
    this.#view?.remove();
    this.#view = null;
    this.#facts = null;
  }

  /** While hidden, in place of a picture: why there is none to show. */
  showNothing(words: Words): void {
    this.#say(words, true);
  }

  /** What changes by mere passing of time: ages, and when a silence becomes a loss. */
  tick(now: number): void {
    if (this.#facts === null) return;
    this.#say(viewWords(this.#facts, now), this.#facts.pictureAt === null);
  }

  togglePause(): void {
    if (this.#view === null) return;
    this.#view.paused = !this.#view.paused;
    this.#showPaused();
  }

  async save(): Promise<void> {
    if (this.#view === null || this.stream === null) return;
    try {
      const picture = await this.#view.snapshot();
      const name = pictureFileName(this.stream, new Date(), picture.type);
      savePicture(picture, name);
      this.#listener.onMessage(`Saved ${name}`);
    } catch (error) {
      this.#listener.onMessage(error instanceof Error ? error.message : 'There is no picture to save yet.');
    }
  }

  #say(words: Words, isBlank: boolean): void {
    for (const button of this.#buttons) button.disabled = this.#view === null;
    setData(this.#picture, 'tone', words.tone);
    setData(this.#picture, 'picture', isBlank ? 'none' : words.picture);
    const besides = words.title === '' ? ` ${words.detail}` : '';
    setText(byId('pill-word', HTMLElement), words.word + besides.trimEnd());
    setText(byId('notice-title', HTMLElement), words.title);
    setText(byId('notice-detail', HTMLElement), words.title === '' ? '' : words.detail);
    this.#waysOut.show(
      words.waysOut ?? [],
      this.stream ?? '',
      this.#streams.map(({ name }) => name),
    );
    this.#listener.onWords(words);
  }

  #addView(): FramewireViewElement {
    const view = document.createElement('framewire-view');
    view.addEventListener('framewire-status', event => this.#onStatus(event.detail));
    view.addEventListener('framewire-subscribed', event => this.#onSubscribed(event.detail));
    view.addEventListener('framewire-stats', event => this.#onStats(event.detail));
    view.addEventListener('framewire-error', ({ detail: { code, message, hint } }) => {
      // Why there is no picture stands in its place already.
      if (view.status.state === 'failed' && view.status.code === code) return;
      this.#listener.onMessage([message, hint].filter(Boolean).join(' '));
    });
    this.#picture.prepend(view);
    return view;
  }

  #onStatus(status: ViewStatus): void {
    if (this.#facts === null) return;
    const now = performance.now();
    this.#facts = withStatus(this.#facts, status, now);
    if (status.state !== 'live') {
      setText(byId('hud', HTMLElement), '');
      this.#listener.onStill();
    }
    this.tick(now);
  }

  #onSubscribed(subscribed: Subscribed): void {
    if (this.#facts === null || subscribed.stream !== this.#facts.stream) return;
    const { width, height } = subscribed.rendition;
    this.#picture.style.setProperty('--aspect', String(width / height));
    this.#listener.onSubscribed(subscribed);
  }

  #onStats(stats: ViewStats): void {
    if (this.#facts === null) return;
    const now = performance.now();
    this.#facts = withStats(this.#facts, stats, now);
    const { total } = stats.latencyMs;
    const latency = figureText(latencyFigure(total?.p50 ?? null));
    setText(byId('hud', HTMLElement), `${latency} · ${figureText(rateFigure(stats.drawnFps))}`);
    this.#listener.onStats(stats, this.#facts.status.state === 'live');
    this.tick(now);
  }

  #showPaused(): void {
    const isPaused = this.#view?.paused ?? false;
    setData(this.#section, 'paused', String(isPaused));
    setText(this.#pauseButton.querySelector('span') ?? this.#pauseButton, isPaused ? 'Go on' : 'Pause');
    this.#pauseButton.querySelector('use')?.setAttribute('href', isPaused ? '#icon-play' : '#icon-pause');
  }
}
