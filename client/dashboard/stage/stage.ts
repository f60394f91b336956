import type { FramewireViewElement, ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo, Subscribed } from '@framewire/client';
import { ask } from '../view/ask.js';
import { byId, setData, setText } from '../dom.js';
import { figureText, latencyFigure, rateFigure } from '../figures.js';
import { pictureFileName, savePicture } from './save-picture.js';
import { WaysOut } from './ways-out.js';
import { viewWords, type Words } from '../view/states.js';
import { isSideways, showTurn, UPRIGHT, type Turn } from '../view/turn.js';
import { showPill } from './pill.js';
import { showPauseButton } from './pause-button.js';
import { turnedPicture } from './turned-picture.js';
import { Zoom } from './zoom.js';
import { DEFAULT_SETTINGS, type Settings } from '../page/settings.js';
import { isCurable, newFacts, pictureEveryMs, withStats, withStatus, type ViewFacts } from '../view/view-facts.js';

export interface StageListener {
  /** Once a second while connected, also while paused. */
  onStats(stats: ViewStats, isLive: boolean): void;
  /** From now on, and until `onStats` tells otherwise, no pictures come. */
  onStill(): void;
  /** A new connection to this stream or another one: what was measured before is not of this one. */
  onBegin(): void;
  onSubscribed(subscribed: Subscribed): void;
  onWords(words: Words): void;
  /** Something worth a sentence happened. */
  onMessage(text: string): void;
}

/** How the large picture is shown, and what else the server has. */
export interface StageWishes {
  settings: Settings;
  turn: Turn;
  streams: readonly StreamInfo[];
}

/** The large picture with what is said over it and the buttons under it. */
export class Stage {
  readonly #listener: StageListener;
  readonly #picture = byId('picture', HTMLElement);
  readonly #buttons = ['pause', 'save', 'pip'].map(id => byId(id, HTMLButtonElement));
  readonly #waysOut = new WaysOut(() => this.retry());
  #view: FramewireViewElement | null = null;
  readonly zoom = new Zoom();
  #wishes: StageWishes = { settings: DEFAULT_SETTINGS.large, turn: UPRIGHT, streams: [] };
  #facts: ViewFacts | null = null;
  /** Of the picture as it comes; null: not known yet. */
  #aspect: number | null = null;

  constructor(listener: StageListener) {
    this.#listener = listener;
    byId('save', HTMLButtonElement).addEventListener('click', () => void this.save());
  }

  /** Name of the stream shown; null while none is. */
  get stream(): string | null {
    return this.#view?.stream ?? null;
  }

  /** The stream need not be one of those that the server lists. */
  show(stream: string, wishes: StageWishes): void {
    this.#wishes = wishes;
    const { settings, turn, streams } = wishes;
    const info = streams.find(({ name }) => name === stream);
    if (info !== undefined && this.#facts !== null && isCurable(this.#facts)) this.hide();
    const isOther = this.stream !== stream;
    const view = (this.#view ??= this.#addView());
    if (isOther) {
      view.stream = stream;
      view.paused = false;
      this.zoom.reset();
      this.#aspect = null;
      this.#facts = newFacts(stream, view.status, performance.now());
      this.#listener.onBegin();
    }
    this.#showPaused();
    ask(view, settings);
    showTurn(this.#picture, turn);
    this.#showAspect(this.#aspect ?? aspectOf(info));
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
    if (stream === null) return;
    this.hide();
    this.show(stream, this.#wishes);
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
    const words = viewWords(this.#facts, now, navigator.onLine);
    // Figures of a picture that has frozen are those of before.
    if (words.tone !== 'ok') this.#listener.onStill();
    this.#say(words, this.#facts.pictureAt === null);
  }

  togglePause(): void {
    if (this.#view === null) return;
    this.#view.paused = !this.#view.paused;
    this.#showPaused();
  }

  async save(): Promise<void> {
    if (this.#view === null || this.stream === null) return;
    try {
      const picture = await turnedPicture(await this.#wholePicture(this.#view), this.#wishes.turn);
      const name = pictureFileName(this.stream, new Date(), picture.type);
      savePicture(picture, name);
      this.#listener.onMessage(`Saved ${name}`);
    } catch (error) {
      this.#listener.onMessage(error instanceof Error ? error.message : 'There is no picture to save yet.');
    }
  }

  /** What is shown may be smaller than what there is: a moving picture is asked for anew, as large as the source has it. */
  async #wholePicture(view: FramewireViewElement): Promise<Blob> {
    if (!view.paused && view.status.state === 'live' && view.stream !== null) {
      const query = new URLSearchParams({ stream: view.stream }).toString();
      const response = await fetch(`./snapshot.jpg?${query}`).catch(() => null);
      if (response?.ok === true) return response.blob();
    }
    return view.snapshot();
  }

  #say(words: Words, isBlank: boolean): void {
    const isShown = this.#view !== null && this.#facts?.status.state !== 'failed';
    for (const button of this.#buttons) button.disabled = !isShown;
    setData(this.#picture, 'tone', words.tone);
    setData(this.#picture, 'picture', isBlank ? 'none' : words.picture);
    const besides = words.title === '' ? ` ${words.detail}` : '';
    showPill(words.tone, words.word + besides.trimEnd());
    byId('notice', HTMLElement).hidden = words.title === '';
    setText(byId('notice-title', HTMLElement), words.title);
    setText(byId('notice-detail', HTMLElement), words.title === '' ? '' : words.detail);
    this.#waysOut.show(
      words.waysOut ?? [],
      this.stream ?? '',
      this.#wishes.streams.map(({ name }) => name),
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
    }
    this.tick(now);
  }

  #onSubscribed(subscribed: Subscribed): void {
    if (this.#facts === null || subscribed.stream !== this.#facts.stream) return;
    const { width, height } = subscribed.rendition;
    this.#showAspect(width / height);
    this.#listener.onSubscribed(subscribed);
  }

  /** The box has the shape of what is shown in it. */
  #showAspect(aspect: number | null): void {
    if (aspect === null) return;
    this.#aspect = aspect;
    const { turn } = this.#wishes;
    this.#picture.style.setProperty('--aspect', String(isSideways(turn) ? 1 / aspect : aspect));
  }

  #onStats(stats: ViewStats): void {
    if (this.#facts === null) return;
    const now = performance.now();
    this.#facts = withStats(this.#facts, stats, now);
    const { total } = stats.latencyMs;
    const latency = figureText(latencyFigure(total?.p50 ?? null));
    setText(byId('hud', HTMLElement), `${latency} · ${figureText(rateFigure(stats.drawnFps))}`);
    const isLive = this.#facts.status.state === 'live' && viewWords(this.#facts, now).tone === 'ok';
    this.#listener.onStats(stats, isLive);
    this.tick(now);
  }

  #showPaused(): void {
    showPauseButton(this.#view?.paused ?? false);
  }
}

function aspectOf(info: StreamInfo | undefined): number | null {
  const { width, height } = info ?? { width: null, height: null };
  return width === null || height === null ? null : width / height;
}
