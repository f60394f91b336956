import type { StreamInfo } from '@framewire/client';
import { byId, setData } from '../dom.js';
import type { PageState } from '../page/page-state.js';
import { DEFAULT_SETTINGS } from '../page/settings.js';
import type { Words } from '../view/states.js';
import { isSideways, UPRIGHT, type Turn } from '../view/turn.js';
import { chosenStreams } from './choice.js';
import { gridLayout } from './grid-layout.js';
import { Tile } from './tile.js';
import { titleOf } from '../stream-title.js';

/** Little beside the large picture. */
const STRIP_SETTINGS = { ...DEFAULT_SETTINGS.large, maxWidth: 320, fps: 5, quality: 60 } as const;

/** Below the picture of a tile, and around the list for the focus ring. */
const BORDER_PX = 8;
const USUAL_ASPECT = 16 / 9;

/** All streams as small pictures; choosing one shows it large. */
export class Tiles {
  readonly #list = byId('tiles', HTMLUListElement);
  readonly #tiles = new Map<string, Tile>();
  readonly #onChoose: (stream: string) => void;
  #scrolledTo: string | null = null;
  #columns: number | null = null;
  #aspects: readonly number[] = [];
  #isPaused = false;

  constructor(onChoose: (stream: string) => void) {
    this.#onChoose = onChoose;
    new ResizeObserver(() => this.#arrange()).observe(byId('main', HTMLElement));
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    for (const tile of this.#tiles.values()) tile.isPaused = isPaused;
  }

  /** The tile of the large picture has no view of its own: it is told. */
  showLarge(stream: string, words: Words): void {
    this.#tiles.get(stream)?.writeAsLarge(words);
  }

  /** @param large name of the stream that is shown large; its tile stays dark, as its picture is already there. */
  show(all: readonly StreamInfo[], state: PageState, large: string | null): void {
    const isGrid = state.view === 'grid';
    const streams = isGrid ? chosenStreams(all, state.shown) : all;
    const turnOf = (name: string): Turn => state.turns.get(name) ?? UPRIGHT;
    this.#forget(new Set(streams.map(({ name }) => name)));
    if (!isGrid) this.#isPaused = false;
    streams.forEach((info, index) => {
      const tile = this.#tileOf(info.name);
      // Moving an element disconnects it, so only those in the wrong place are moved.
      if (this.#list.children[index] !== tile.item) {
        this.#list.insertBefore(tile.item, this.#list.children[index] ?? null);
      }
      tile.title = titleOf(info);
      tile.number = index < 9 ? index + 1 : 0;
      tile.turn = turnOf(info.name);
      if (!isGrid && info.name === large) tile.showAsLarge();
      else tile.showView(info, isGrid ? state.settings.grid : STRIP_SETTINGS);
      tile.isPaused = this.#isPaused;
    });
    this.#columns = state.columns;
    this.#aspects = streams.map(info => aspectOf(info, turnOf(info.name)));
    if (isGrid) this.#arrange();
    this.#scrollTo(large);
  }

  tick(now: number): void {
    for (const tile of this.#tiles.values()) tile.tick(now);
  }

  /** The server answers again: does not wait for the views' own next attempts, which may be 10 s away. */
  reconnect(): void {
    for (const tile of this.#tiles.values()) tile.reconnect();
  }

  #tileOf(name: string): Tile {
    const tile = this.#tiles.get(name) ?? new Tile(() => this.#onChoose(name));
    this.#tiles.set(name, tile);
    return tile;
  }

  #forget(names: ReadonlySet<string>): void {
    for (const [name, tile] of this.#tiles) {
      if (names.has(name)) continue;
      tile.item.remove();
      this.#tiles.delete(name);
    }
  }

  /** Once for each choice, and sideways only: page and list stay where their reader has put them. */
  #scrollTo(stream: string | null): void {
    const item = this.#tiles.get(stream ?? '')?.item;
    if (item === undefined || stream === this.#scrolledTo) return;
    this.#scrolledTo = stream;
    // At the next drawing, which lays the page out anyway: the worker that brings the picture starts sooner.
    requestAnimationFrame(() => {
      const [list, tile] = [this.#list.getBoundingClientRect(), item.getBoundingClientRect()];
      if (tile.left < list.left) this.#list.scrollLeft += tile.left - list.left;
      else if (tile.right > list.right) this.#list.scrollLeft += tile.right - list.right;
    });
  }

  #arrange(): void {
    const nav = this.#list.parentElement ?? this.#list;
    const caption = this.#list.querySelector('.tile-caption')?.clientHeight ?? 0;
    // Where the whole page scrolls, the list is as high as its tiles, and a window shows a part of it.
    const height = Math.min(nav.clientHeight, innerHeight) - BORDER_PX;
    const box = { width: nav.clientWidth - BORDER_PX, height };
    const { columns, fits } = gridLayout(this.#aspects, box, { caption, columns: this.#columns });
    this.#list.style.setProperty('--columns', String(columns));
    setData(this.#list, 'fits', String(fits));
  }
}

function aspectOf({ width, height }: StreamInfo, turn: Turn): number {
  const aspect = width === null || height === null ? USUAL_ASPECT : width / height;
  return isSideways(turn) ? 1 / aspect : aspect;
}
