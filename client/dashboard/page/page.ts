import type { StreamInfo } from '@framewire/client';
import type { ViewStats } from '@framewire/client/element';
import { byId, setData, setText } from '../dom.js';
import { Fullscreen } from '../stage/fullscreen.js';
import { History, NOTHING } from '../plots/history.js';
import { listenToKeys } from './keyboard.js';
import { Panel } from '../panel/panel.js';
import type { MinutePlot } from '../plots/plot.js';
import { startPart } from '../start/failure.js';
import { SettingsForm } from '../panel/settings-form.js';
import type { PageAction } from './shortcuts.js';
import { Stage } from '../stage/stage.js';
import { emptyWords, serverWords, type Words } from '../view/states.js';
import { watchStreams } from './stream-list.js';
import { Tiles } from '../grid/tiles.js';
import { formatPageState, parsePageState, type PageState } from './url-state.js';

const TICK_MS = 1000;
const TOAST_MS = 5000;

/** The dashboard: what the address says and the server has, shown; what people do, done and written to the address. */
export class Page {
  readonly #main = byId('main', HTMLElement);
  readonly #history = new History();
  readonly #panel = new Panel();
  readonly #fullscreen = new Fullscreen();
  readonly #tiles = new Tiles(stream => this.#go({ view: 'large', stream }));
  readonly #form = new SettingsForm((settings, isFinal) => this.#change(settings, isFinal));
  readonly #stage = new Stage({
    onStats: (stats, isLive) => this.#record(stats, isLive),
    onStill: () => this.#panel.clearMoment(),
    onSubscribed: subscribed => {
      this.#form.showActual(subscribed);
      this.#panel.showSubscribed(subscribed);
    },
    onWords: words => this.#announce(words),
    onMessage: text => this.toast(text),
  });
  /** Comes after the picture; undefined until then, and where it cannot be drawn. */
  #plot: MinutePlot | undefined;
  #state = parsePageState(location.hash);
  /** null: not known yet. */
  #streams: readonly StreamInfo[] | null = null;
  #server: string | null = null;
  #failingSince: number | null = null;
  #announced = '';
  /** The stream whose last minute `#history` is. */
  #recorded: string | null = null;
  #toastTimer: number | undefined;

  /** From now on, for as long as the document lives. */
  start(): void {
    this.#listen();
    this.#form.show(this.#state.settings);
    this.#show();
    watchStreams({
      onList: (streams, server) => {
        this.#streams = streams;
        this.#server = server;
        if (this.#failingSince !== null) {
          this.#stage.reconnect();
          this.#tiles.reconnect();
        }
        this.#failingSince = null;
        this.#show();
      },
      onFailure: () => {
        this.#failingSince ??= performance.now();
        this.#tick();
      },
    });
    window.setInterval(() => this.#tick(), TICK_MS);
    void this.#startPlots();
  }

  async #startPlots(): Promise<void> {
    this.#plot = await startPart('The last minute', byId('plots', HTMLElement), async () => {
      const { MinutePlot } = await import('../plots/plot.js');
      return new MinutePlot();
    });
  }

  /** The stream shown large; null while none is known. */
  get #large(): string | null {
    return this.#state.stream ?? this.#streams?.[0]?.name ?? null;
  }

  /** A single stream has no grid, whatever the address says. */
  get #view(): PageState['view'] {
    return (this.#streams?.length ?? 0) > 1 ? this.#state.view : 'large';
  }

  #listen(): void {
    window.addEventListener('popstate', () => {
      this.#state = parsePageState(location.hash);
      this.#form.show(this.#state.settings);
      this.#show();
    });
    byId('view-switch', HTMLElement).addEventListener('change', () => {
      this.#go({ view: this.#view === 'grid' ? 'large' : 'grid' });
    });
    listenToKeys(action => this.#act(action));
  }

  #act(action: PageAction): void {
    switch (action.do) {
      case 'pause':
        this.#stage.togglePause();
        break;
      case 'fullscreen':
        if (this.#view === 'large') void this.#fullscreen.toggle();
        break;
      case 'save':
        void this.#stage.save();
        break;
      case 'grid':
        this.#go({ view: this.#view === 'grid' ? 'large' : 'grid' });
        break;
      case 'stream':
        this.#goTo(action.index);
        break;
      case 'previous':
      case 'next': {
        const index = this.#streams?.findIndex(({ name }) => name === this.#large) ?? -1;
        this.#goTo(index + (action.do === 'next' ? 1 : -1));
      }
    }
  }

  #goTo(index: number): void {
    const stream = this.#streams?.[index];
    if (stream !== undefined) this.#go({ view: 'large', stream: stream.name });
  }

  /** Shows something else, as a step that the browser's Back undoes. */
  #go(step: Partial<Pick<PageState, 'view' | 'stream'>>): void {
    this.#state = { ...this.#state, ...step };
    const hash = `#${formatPageState(this.#state)}`;
    if (hash !== location.hash) window.history.pushState(null, '', hash);
    this.#show();
  }

  #change(settings: PageState['settings'], isFinal: boolean): void {
    this.#state = { ...this.#state, settings };
    // Browsers limit how often the address may change, and a slider changes it at every pixel.
    if (isFinal) window.history.replaceState(null, '', `#${formatPageState(this.#state)}`);
    this.#show();
  }

  #show(): void {
    const streams = this.#streams ?? [];
    const large = this.#large;
    setData(this.#main, 'view', this.#view);
    setData(this.#main, 'streams', streams.length > 1 ? 'many' : 'few');
    setData(byId('view-switch', HTMLElement), 'streams', streams.length > 1 ? 'many' : 'few');
    for (const radio of document.querySelectorAll<HTMLInputElement>('#view-switch input')) {
      radio.checked = radio.value === this.#view;
    }
    const info = streams.find(({ name }) => name === large);
    if (this.#view === 'grid') {
      void this.#fullscreen.leave();
      this.#stage.hide();
    } else if (large === null) {
      this.#stage.hide();
    } else {
      // Another connection to the same stream goes on with the same minute.
      if (this.#recorded !== large) this.#history.clear();
      this.#recorded = large;
      this.#stage.show(large, this.#state.settings, streams);
    }
    setText(byId('stage-name', HTMLElement), large ?? 'No stream yet');
    setText(byId('stage-description', HTMLElement), info?.description ?? '');
    if (info !== undefined) this.#panel.showSource(info);
    this.#tiles.show(streams, this.#view, large);
    this.#tick();
  }

  #record(stats: ViewStats, isLive: boolean): void {
    this.#panel.showStats(stats, isLive);
    this.#form.showStats(isLive ? stats : { viewerFps: undefined });
    const { total } = stats.latencyMs;
    const sample = {
      latencyP50Ms: total?.p50 ?? null,
      latencyP95Ms: total?.p95 ?? null,
      fps: stats.drawnFps,
      bps: stats.bitsPerSecond,
      queueMs: stats.link?.queueMs ?? null,
      linkBps: stats.link?.bitsPerSecond ?? null,
    };
    this.#history.push(isLive ? sample : NOTHING, performance.now());
  }

  #tick(): void {
    const now = performance.now();
    const failingForMs = this.#failingSince === null ? null : now - this.#failingSince;
    const { tone, word, text } = serverWords(this.#server, failingForMs);
    setData(byId('top', HTMLElement), 'tone', tone);
    setText(byId('server', HTMLElement), text);
    if (this.#large === null) this.#stage.showNothing(emptyWords(this.#streams !== null, failingForMs));
    else this.#stage.tick(now);
    this.#tiles.tick(now);
    this.#plot?.draw(this.#history.columns(now));
    if (this.#view === 'grid') this.#tell('All streams', word, '');
  }

  /** To the title for those who look at another tab, to a live region for those who listen; the latter only news. */
  #announce(words: Words): void {
    const { tone, word, title, detail } = words;
    const stream = this.#large ?? 'Framewire';
    this.#tiles.showLarge(stream, words);
    this.#tell(stream, word, title === '' ? '' : detail, tone === 'ok');
  }

  #tell(what: string, word: string, detail: string, isUsual = word === ''): void {
    document.title = isUsual ? `${what} – Framewire` : `${word}: ${what} – Framewire`;
    const news = word === '' ? what : `${what}: ${word}`;
    if (news === this.#announced) return;
    this.#announced = news;
    setText(byId('announcer', HTMLElement), `${news}. ${detail}`);
  }

  toast(text: string): void {
    const toast = byId('toast', HTMLElement);
    setText(toast, text);
    window.clearTimeout(this.#toastTimer);
    this.#toastTimer = window.setTimeout(() => setText(toast, ''), TOAST_MS);
  }
}
