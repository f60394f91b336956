import type { FramewireViewElement, ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo, Subscribed } from '@framewire/client';
import { ask } from './ask.js';
import { byId, setData, setText } from './dom.js';
import { figureText, latencyFigure, rateFigure } from './figures.js';
import { pictureFileName, savePicture } from './save-picture.js';
import { viewWords, type ViewFacts, type Words } from './states.js';
import type { Settings } from './url-state.js';

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
  #view: FramewireViewElement | null = null;
  #facts: ViewFacts | null = null;
  #received = 0;

  constructor(listener: StageListener) {
    this.#listener = listener;
    this.#pauseButton.addEventListener('click', () => this.togglePause());
    byId('save', HTMLButtonElement).addEventListener('click', () => void this.save());
  }

  /** Name of the stream shown; null while none is. */
  get stream(): string | null {
    return this.#view?.stream ?? null;
  }

  /** @param info as the server lists the stream; undefined when it does not, or has not yet. */
  show(stream: string, settings: Settings, info: StreamInfo | undefined): void {
    // A view that was refused an unknown stream does not ask again by itself; the stream may have come since.
    const { status } = this.#facts ?? {};
    if (info !== undefined && status?.state === 'failed' && status.code === 'unknown-stream') this.hide();
    const view = (this.#view ??= this.#addView());
    if (view.stream !== stream) {
      view.stream = stream;
      view.paused = false;
      this.#facts = { stream, status: view.status, since: performance.now(), pictureAt: null, pictureEveryMs: 0 };
      this.#received = 0;
      this.#showPaused();
    }
    ask(view, settings);
    if (this.#facts !== null) {
      // Cameras on the network may not tell their rate: 0.
      const sourceFps = info?.fps ?? 0;
      this.#facts.pictureEveryMs = 1000 / Math.min(settings.fps ?? Infinity, sourceFps > 0 ? sourceFps : 30);
    }
    this.tick(performance.now());
  }

  /**
   * The server answers again: does not wait for the view's own next attempt, which may be 10 s away. One that is paused
   * can wait, and stays paused so.
   */
  reconnect(): void {
    if (this.#facts?.status.state === 'reconnecting' && this.#view?.paused === false) this.hide();
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
    this.#listener.onWords(words);
  }

  #addView(): FramewireViewElement {
    const view = document.createElement('framewire-view');
    view.addEventListener('framewire-status', event => this.#onStatus(event.detail));
    view.addEventListener('framewire-subscribed', event => this.#onSubscribed(event.detail));
    view.addEventListener('framewire-stats', event => this.#onStats(event.detail));
    view.addEventListener('framewire-error', event => {
      this.#listener.onMessage([event.detail.message, event.detail.hint].filter(Boolean).join(' '));
    });
    this.#picture.prepend(view);
    return view;
  }

  #onStatus(status: ViewStatus): void {
    if (this.#facts === null) return;
    const now = performance.now();
    const isSame = status.state === this.#facts.status.state;
    this.#facts = { ...this.#facts, status, since: isSame ? this.#facts.since : now };
    // A picture that came before the pause says nothing about whether pictures come after it.
    if (status.state === 'live') this.#facts.pictureAt = now;
    else {
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
    if (stats.received !== this.#received) this.#facts.pictureAt = now;
    this.#received = stats.received;
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
