import type { FramewireViewElement, ViewStats, ViewStatus } from '@framewire/client/element';
import type { StreamInfo } from '@framewire/client';
import { ask } from '../view/ask.js';
import { byId, make, setData, setText } from '../dom.js';
import { figureText, latencyFigure, rateFigure } from '../figures.js';
import { gridLayout } from './grid-layout.js';
import { viewWords, type Words } from '../view/states.js';
import { DEFAULT_STATE, type PageState } from '../page/url-state.js';
import { isCurable, newFacts, pictureEveryMs, withStats, withStatus, type ViewFacts } from '../view/view-facts.js';

/** What a tile asks for: little beside the large picture, more when the tiles are all there is. */
const RENDITIONS = {
  large: { ...DEFAULT_STATE.settings, maxWidth: 320, fps: 5, quality: 60 },
  grid: { ...DEFAULT_STATE.settings, maxWidth: 640, fps: 15, quality: 70 },
} as const;

/** What the style sheet leaves around the list: beside it for the focus ring, below it to the window's end. */
const BORDER_PX = 4;
const BOTTOM_PX = 16;

interface Tile {
  item: HTMLLIElement;
  button: HTMLButtonElement;
  picture: HTMLElement;
  word: HTMLElement;
  figures: HTMLElement;
  /** Together with what is known about it; null while the picture is shown large, or not at all. */
  view: FramewireViewElement | null;
  facts: ViewFacts | null;
}

/** All streams as small pictures; choosing one shows it large. */
export class Tiles {
  readonly #list = byId('tiles', HTMLUListElement);
  readonly #tiles = new Map<string, Tile>();
  #scrolledTo: string | null = null;
  readonly #onChoose: (stream: string) => void;

  constructor(onChoose: (stream: string) => void) {
    this.#onChoose = onChoose;
    new ResizeObserver(() => this.#arrange()).observe(this.#list);
    window.addEventListener('resize', () => this.#arrange());
  }

  /** The tile of the large picture has no view of its own: it is told. */
  showLarge(stream: string, words: Words): void {
    const tile = this.#tiles.get(stream);
    if (tile?.view === null) writeWords(tile, words);
  }

  /** @param large name of the stream that is shown large; its tile stays dark, as its picture is already there. */
  show(streams: readonly StreamInfo[], view: PageState['view'], large: string | null): void {
    const names = new Set(streams.map(({ name }) => name));
    for (const [name, tile] of this.#tiles) {
      if (names.has(name)) continue;
      tile.item.remove();
      this.#tiles.delete(name);
    }
    streams.forEach((info, index) => {
      const tile = this.#tiles.get(info.name) ?? this.#add(info.name);
      // Moving an element disconnects it, so only those in the wrong place are moved.
      if (this.#list.children[index] !== tile.item)
        this.#list.insertBefore(tile.item, this.#list.children[index] ?? null);
      setText(tile.item.querySelector('.number') ?? tile.item, index < 9 ? String(index + 1) : '');
      const isLarge = view === 'large' && info.name === large;
      if (isLarge) tile.button.setAttribute('aria-current', 'true');
      else tile.button.removeAttribute('aria-current');
      if (isLarge) showNote(tile);
      else showView(tile, info, view);
    });
    this.#arrange();
    this.#scrollTo(large);
  }

  /** What changes by mere passing of time, as in `Stage`. */
  tick(now: number): void {
    for (const tile of this.#tiles.values()) if (tile.facts !== null) writeWords(tile, viewWords(tile.facts, now));
  }

  /** As `Stage.reconnect`; the next `show` opens the views anew. */
  reconnect(): void {
    for (const tile of this.#tiles.values()) {
      if (tile.facts?.status.state === 'reconnecting') removeView(tile);
    }
  }

  /** Once for each choice, and sideways only: page and list stay where their reader has put them. */
  #scrollTo(stream: string | null): void {
    const item = this.#tiles.get(stream ?? '')?.item;
    if (item === undefined || stream === this.#scrolledTo) return;
    this.#scrolledTo = stream;
    const [list, tile] = [this.#list.getBoundingClientRect(), item.getBoundingClientRect()];
    if (tile.left < list.left) this.#list.scrollLeft += tile.left - list.left;
    else if (tile.right > list.right) this.#list.scrollLeft += tile.right - list.right;
  }

  #arrange(): void {
    // Down to the end of the window: the list itself is as high as its tiles.
    const height = window.innerHeight - this.#list.getBoundingClientRect().top - window.scrollY - BOTTOM_PX;
    const { columns, tileWidth } = gridLayout(this.#tiles.size, this.#list.clientWidth - 2 * BORDER_PX, height);
    this.#list.style.setProperty('--columns', `repeat(${columns}, ${tileWidth}px)`);
  }

  #add(name: string): Tile {
    const picture = make('span', 'tile-picture');
    // The button is named by its caption.
    picture.ariaHidden = 'true';
    const word = make('span', 'tile-word');
    const figures = make('span', 'tile-figures');
    const caption = make('span', 'tile-caption', make('span', 'dot'), make('span', 'tile-name', name), word, figures);
    const number = make('kbd', 'number');
    number.ariaHidden = 'true';
    const button = make('button', 'tile', picture, number, caption);
    button.type = 'button';
    button.addEventListener('click', () => this.#onChoose(name));
    const tile = { item: make('li', '', button), button, picture, word, figures, view: null, facts: null };
    this.#tiles.set(name, tile);
    return tile;
  }
}

function showView(tile: Tile, info: StreamInfo, kind: PageState['view']): void {
  if (tile.facts !== null && isCurable(tile.facts)) removeView(tile);
  const wishes = RENDITIONS[kind];
  ask((tile.view ??= addView(tile, info.name)), wishes);
  if (tile.facts !== null) tile.facts.pictureEveryMs = pictureEveryMs(wishes.fps, info);
}

function addView(tile: Tile, stream: string): FramewireViewElement {
  const view = document.createElement('framewire-view');
  view.stream = stream;
  view.addEventListener('framewire-status', event => showStatus(tile, event.detail));
  view.addEventListener('framewire-stats', event => showStats(tile, event.detail));
  tile.facts = newFacts(stream, view.status, performance.now());
  tile.picture.replaceChildren(view);
  return view;
}

function removeView(tile: Tile): void {
  tile.view?.remove();
  tile.view = null;
  tile.facts = null;
}

function showNote(tile: Tile): void {
  removeView(tile);
  if (tile.picture.querySelector('.tile-note') !== null) return;
  tile.picture.replaceChildren(make('span', 'tile-note', 'Shown large'));
  setText(tile.figures, '');
}

function showStatus(tile: Tile, status: ViewStatus): void {
  if (tile.facts === null) return;
  const now = performance.now();
  tile.facts = withStatus(tile.facts, status, now);
  writeWords(tile, viewWords(tile.facts, now));
}

function writeWords(tile: Tile, { tone, word, picture }: Words): void {
  setData(tile.button, 'tone', tone);
  setData(tile.button, 'picture', picture);
  setText(tile.word, tone === 'ok' ? '' : word);
  if (tone !== 'ok') setText(tile.figures, '');
}

function showStats(tile: Tile, stats: ViewStats): void {
  if (tile.facts === null) return;
  const now = performance.now();
  tile.facts = withStats(tile.facts, stats, now);
  const words = viewWords(tile.facts, now);
  const latency = figureText(latencyFigure(stats.latencyMs.total?.p50 ?? null));
  if (words.tone === 'ok') setText(tile.figures, `${latency} · ${figureText(rateFigure(stats.drawnFps))}`);
  writeWords(tile, words);
}
