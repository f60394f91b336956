import type { StreamInfo } from '@framewire/client';
import { byId, setData, setText } from '../dom.js';
import { ChoiceForm, chosenStreams } from '../grid/choice.js';
import { Tiles } from '../grid/tiles.js';
import { LinksDialog } from '../links/links-dialog.js';
import { fillExplanations } from '../panel/explanations.js';
import { Panel } from '../panel/panel.js';
import { SettingsForm } from '../panel/settings-form.js';
import { listenToTurns } from '../panel/turning.js';
import { Minute } from '../plots/minute.js';
import { Fullscreen } from '../stage/fullscreen.js';
import { turnScreen } from '../stage/orientation.js';
import { showPauseButton } from '../stage/pause-button.js';
import { showPill } from '../stage/pill.js';
import { SmallWindow } from '../stage/small-window.js';
import { Stage } from '../stage/stage.js';
import { WakeLock } from '../stage/wake-lock.js';
import { firstList } from '../start/first-list.js';
import { emptyWords, serverWords, type Words } from '../view/states.js';
import { mirrored, turned, UPRIGHT, type Turn } from '../view/turn.js';
import { Announcer } from './announcer.js';
import { showFrame, showTitle } from './frame.js';
import { listenToKeys } from './keyboard.js';
import { recallState, rememberState } from './memory.js';
import { formatPageState, parsePageState, type PageState, type PageView } from './page-state.js';
import type { PageAction } from './shortcuts.js';
import { watchStreams } from './stream-list.js';
import { titleOf } from '../stream-title.js';

const TICK_MS = 1000;

/** The dashboard: what the address says and the server has, shown; what people do, done and written to the address. */
export class Page {
  readonly #main = byId('main', HTMLElement);
  readonly #announcer = new Announcer();
  readonly #minute = new Minute();
  readonly #panel = new Panel();
  readonly #wakeLock = new WakeLock();
  readonly #links = new LinksDialog();
  readonly #fullscreen = new Fullscreen(isFull => this.#onFullscreen(isFull));
  readonly #smallWindow = new SmallWindow(() => void this.#toggleSmallWindow());
  readonly #tiles = new Tiles(stream => this.#go({ view: 'large', stream }));
  readonly #form = new SettingsForm((settings, isFinal) => this.#changeSettings(settings, isFinal));
  readonly #choice = new ChoiceForm(choice => this.#change(choice));
  readonly #stage = new Stage({
    onStats: (stats, isLive) => {
      this.#panel.showStats(stats, isLive);
      this.#form.showStats(isLive ? stats : { viewerFps: undefined });
      this.#minute.record(stats, isLive);
    },
    onStill: () => this.#panel.clearMoment(),
    onBegin: () => this.#form.begin(performance.now()),
    onSubscribed: subscribed => {
      this.#form.showActual(subscribed);
      this.#panel.showSubscribed(subscribed);
    },
    onWords: words => this.#announce(words),
    onMessage: text => this.toast(text),
  });
  #state = parsePageState(location.hash, recallState());
  /** In the grid the pictures have the page to themselves until somebody asks for the settings. */
  #hasPanel: Record<PageView, boolean> = { large: true, grid: false };
  /** null: not known yet. */
  #streams: readonly StreamInfo[] | null = null;
  #server: string | null = null;
  #failingSince: number | null = null;

  /** From now on, for as long as the document lives. */
  start(): void {
    const first = firstList();
    if (first !== null) this.#learn(first.streams, first.server);
    this.#showPicture();
    // Its view starts its worker in a microtask as well, before this one: nothing else of the page is as urgent.
    queueMicrotask(() => this.#startRest(first !== null));
  }

  #startRest(isListKnown: boolean): void {
    fillExplanations();
    this.#listen();
    this.#form.show(this.#state.settings[this.#view]);
    this.#show();
    const listener = {
      onList: (streams: readonly StreamInfo[], server: string) => {
        this.#learn(streams, server);
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
    };
    watchStreams(listener, isListKnown);
    window.setInterval(() => this.#tick(), TICK_MS);
  }

  toast(text: string): void {
    this.#announcer.toast(text);
  }

  /** The stream shown large; null while none is known. */
  get #large(): string | null {
    return this.#state.stream ?? this.#streams?.[0]?.name ?? null;
  }

  /** What its readers call it. */
  get #largeTitle(): string | null {
    const info = this.#streams?.find(({ name }) => name === this.#large);
    return info === undefined ? this.#large : titleOf(info);
  }

  /** A single stream has no grid, whatever the address says. */
  get #view(): PageView {
    return (this.#streams?.length ?? 0) > 1 ? this.#state.view : 'large';
  }

  get #turn(): Turn {
    return this.#state.turns.get(this.#large ?? '') ?? UPRIGHT;
  }

  #learn(streams: readonly StreamInfo[], server: string): void {
    this.#streams = streams;
    this.#server = server;
  }

  #listen(): void {
    window.addEventListener('popstate', () => {
      this.#state = parsePageState(location.hash, recallState());
      this.#form.show(this.#state.settings[this.#view]);
      this.#show();
    });
    byId('view-switch', HTMLElement).addEventListener('change', () => this.#switchView());
    const buttons: Record<string, PageAction> = {
      pause: { do: 'pause' },
      'links-button': { do: 'links' },
      'panel-button': { do: 'panel' },
    };
    for (const [id, action] of Object.entries(buttons)) {
      byId(id, HTMLButtonElement).addEventListener('click', () => this.#act(action));
    }
    listenToTurns(turn => this.#changeTurn(turn));
    listenToKeys(action => this.#act(action));
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && this.#state.isBare) this.#go({ isBare: false });
    });
  }

  #act(action: PageAction): void {
    const isGrid = this.#view === 'grid';
    switch (action.do) {
      case 'pause':
        this.#togglePause();
        break;
      case 'fullscreen':
        void this.#fullscreen.toggle();
        break;
      case 'save':
        if (!isGrid) void this.#stage.save();
        break;
      case 'grid':
        this.#switchView();
        break;
      case 'links':
        this.#links.open(this.#streams ?? [], this.#large ?? '', formatPageState({ ...this.#state, isBare: false }));
        break;
      case 'pip':
        if (!isGrid) void this.#toggleSmallWindow();
        break;
      case 'panel':
        this.#hasPanel = { ...this.#hasPanel, [this.#view]: !this.#hasPanel[this.#view] };
        this.#show();
        break;
      case 'turn':
        this.#changeTurn(before => turned(before, 1));
        break;
      case 'mirror':
        this.#changeTurn(mirrored);
        break;
      case 'zoom':
        if (action.steps === 'reset') this.#stage.zoom.reset();
        else this.#stage.zoom.step(action.steps);
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

  #togglePause(): void {
    if (this.#view === 'large') {
      this.#stage.togglePause();
      return;
    }
    this.#tiles.isPaused = !this.#tiles.isPaused;
    showPauseButton(this.#tiles.isPaused);
    this.#tick();
  }

  async #toggleSmallWindow(): Promise<void> {
    const stream = this.#large;
    if (stream === null) return;
    try {
      await this.#smallWindow.toggle(stream, this.#state.settings.large, this.#turn);
    } catch {
      this.toast('The browser cannot open a small window now.');
    }
  }

  #onFullscreen(isFull: boolean): void {
    const { width, height } = this.#streams?.find(({ name }) => name === this.#large) ?? { width: null, height: null };
    turnScreen(isFull, width === null || height === null ? 1 : width / height);
    this.#wakeLock.want(isFull || this.#state.isBare);
  }

  #switchView(): void {
    this.#go({ view: this.#view === 'grid' ? 'large' : 'grid' });
    this.#form.show(this.#state.settings[this.#view]);
  }

  /** The number on its tile: in the grid those that are shown are counted. */
  #goTo(index: number): void {
    const all = this.#streams ?? [];
    const stream = (this.#view === 'grid' ? chosenStreams(all, this.#state.shown) : all)[index];
    if (stream !== undefined) this.#go({ view: 'large', stream: stream.name });
  }

  /** Shows something else, as a step that the browser's Back undoes. */
  #go(step: Partial<Pick<PageState, 'view' | 'stream' | 'isBare'>>): void {
    this.#state = { ...this.#state, ...step };
    const hash = `#${formatPageState(this.#state)}`;
    if (hash !== location.hash) window.history.pushState(null, '', hash);
    this.#form.show(this.#state.settings[this.#view]);
    this.#show();
  }

  #changeSettings(settings: PageState['settings']['large'], isFinal: boolean): void {
    this.#change({ settings: { ...this.#state.settings, [this.#view]: settings } }, isFinal);
  }

  #changeTurn(turn: (before: Turn) => Turn): void {
    const stream = this.#large;
    if (stream === null) return;
    // By its name: the address says whose turn it is.
    this.#change({ stream, turns: new Map([...this.#state.turns, [stream, turn(this.#turn)]]) });
  }

  /** Another look at the same: written to the address, but no step of its own. */
  #change(part: Partial<PageState>, isFinal = true): void {
    this.#state = { ...this.#state, ...part };
    // Browsers limit how often the address may change, and a slider changes it at every pixel.
    if (isFinal) {
      window.history.replaceState(null, '', `#${formatPageState(this.#state)}`);
      // What somebody tries out on a wall is not what they want at their desk.
      if (!this.#state.isBare) rememberState(this.#state);
    }
    this.#show();
  }

  #show(): void {
    const streams = this.#streams ?? [];
    const large = this.#large;
    const isGrid = this.#view === 'grid';
    const { isBare } = this.#state;
    showFrame({ view: this.#view, hasMany: streams.length > 1, hasPanel: this.#hasPanel[this.#view], isBare });
    this.#wakeLock.want(isBare || this.#main.dataset['full'] === 'true');
    const info = streams.find(({ name }) => name === large);
    this.#showPicture();
    showTitle(isGrid ? this.#gridTitle(streams) : (this.#largeTitle ?? 'No stream yet'), isGrid ? undefined : info);
    if (info !== undefined) this.#panel.showSource(info);
    this.#form.showSource(isGrid || info === undefined ? { width: null, fps: null } : info);
    this.#choice.show(streams, this.#state);
    this.#tiles.show(streams, { ...this.#state, view: this.#view }, large);
    if (isGrid) showPauseButton(this.#tiles.isPaused);
    this.#tick();
  }

  #showPicture(): void {
    const large = this.#large;
    if (this.#view === 'grid' || large === null) {
      this.#stage.hide();
      return;
    }
    this.#minute.begin(large);
    this.#stage.show(large, {
      settings: this.#state.settings.large,
      turn: this.#turn,
      streams: this.#streams ?? [],
    });
  }

  #gridTitle(streams: readonly StreamInfo[]): string {
    const shown = chosenStreams(streams, this.#state.shown).length;
    return shown === streams.length ? `${shown} streams` : `${shown} of ${streams.length} streams`;
  }

  #tick(): void {
    const now = performance.now();
    const failingForMs = this.#failingSince === null ? null : now - this.#failingSince;
    const { tone, word, text } = serverWords(this.#server === null ? null : location.host, failingForMs);
    setData(byId('top', HTMLElement), 'tone', tone);
    setText(byId('server', HTMLElement), text);
    setText(byId('version', HTMLElement), this.#server ?? '');
    if (this.#large === null) this.#stage.showNothing(emptyWords(this.#streams !== null, failingForMs));
    else this.#stage.tick(now);
    this.#tiles.tick(now);
    this.#form.tick(now);
    this.#minute.draw(now);
    if (this.#view === 'grid') {
      showPill(tone, word === '' && this.#tiles.isPaused ? 'Paused' : word);
      this.#announcer.tell('All streams', word, '');
    }
  }

  #announce(words: Words): void {
    const { tone, word, title, detail } = words;
    this.#tiles.showLarge(this.#large ?? '', words);
    this.#announcer.tell(this.#largeTitle ?? 'Framewire', word, title === '' ? '' : detail, tone === 'ok');
  }
}
