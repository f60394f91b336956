import { byId, setText } from '../dom.js';
import { panBy, WHOLE, within, zoomAt, type PanZoom, type Point } from './pan-zoom.js';

/** One press of a button or key; a turn of the wheel is about as much. */
const STEP = 1.4;
const PER_WHEEL_PIXEL = 0.003;
/** Where two fingers on a touchpad send a wheel with Ctrl, they send small steps. */
const PER_PINCH_PIXEL = 0.012;

/** Zoom and pan of the large picture: wheel, drag, two fingers, buttons. */
export class Zoom {
  readonly #box = byId('picture', HTMLElement);
  readonly #fingers = new Map<number, Point>();
  #state: PanZoom = WHOLE;

  constructor() {
    this.#box.addEventListener('wheel', event => this.#onWheel(event), { passive: false });
    this.#box.addEventListener('pointerdown', event => this.#onDown(event));
    this.#box.addEventListener('pointermove', event => this.#onMove(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      this.#box.addEventListener(end, event => this.#fingers.delete(event.pointerId));
    }
    byId('zoom-in', HTMLButtonElement).addEventListener('click', () => this.step(1));
    byId('zoom-out', HTMLButtonElement).addEventListener('click', () => this.step(-1));
    byId('zoom-reset', HTMLButtonElement).addEventListener('click', () => this.reset());
    new ResizeObserver(() => this.#show(within(this.#state, this.#size()))).observe(this.#box);
  }

  /** @param steps in when positive, out when negative, about the middle of what is seen */
  step(steps: number): void {
    this.#show(zoomAt(this.#state, STEP ** steps, { x: 0, y: 0 }, this.#size()));
  }

  reset(): void {
    this.#show(WHOLE);
  }

  #onWheel(event: WheelEvent): void {
    // Where the page itself scrolls, the wheel is its own until somebody has zoomed.
    const doesPageScroll = document.documentElement.scrollHeight > window.innerHeight + 1;
    if (doesPageScroll && !event.ctrlKey && this.#state.zoom === 1) return;
    event.preventDefault();
    const perPixel = event.ctrlKey ? PER_PINCH_PIXEL : PER_WHEEL_PIXEL;
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.#show(zoomAt(this.#state, Math.exp(-pixels * perPixel), this.#point(event), this.#size()));
  }

  #onDown(event: PointerEvent): void {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('a, button') !== null)) return;
    this.#fingers.set(event.pointerId, this.#point(event));
    // Only when there is something to drag: a captured pointer takes the second click of a double click elsewhere.
    if (this.#state.zoom > 1) this.#box.setPointerCapture(event.pointerId);
  }

  #onMove(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (before === undefined) return;
    const now = this.#point(event);
    this.#fingers.set(event.pointerId, now);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      if (this.#state.zoom === 1) return;
      this.#show(panBy(this.#state, { x: now.x - before.x, y: now.y - before.y }, this.#size()));
      return;
    }
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.#show(zoomAt(this.#state, factor, middle, this.#size()));
  }

  #show(state: PanZoom): void {
    this.#state = state;
    const { zoom, pan } = state;
    this.#box.style.setProperty('--zoom', String(zoom));
    this.#box.style.setProperty('--pan-x', `${pan.x}px`);
    this.#box.style.setProperty('--pan-y', `${pan.y}px`);
    this.#box.dataset['zoomed'] = String(zoom > 1);
    setText(byId('zoom-reset', HTMLElement), `${Math.round(zoom * 100)} %`);
  }

  #point({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.#box.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #size(): { width: number; height: number } {
    return { width: this.#box.clientWidth, height: this.#box.clientHeight };
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
