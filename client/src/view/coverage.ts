import { coveredSize, type CoveredSize } from './covered-size.js';

/** A size that changes faster than this, as while a window is dragged, is told of once it stands, ms. */
const SETTLE_MS = 200;

/**
 * Watches how many pixels an element covers, in steps: its size, the screen that it is on, the page's zoom. Never measured
 * before the browser has laid the page out by itself: to make it do so earlier holds up all that a page begins with.
 */
export class Coverage {
  readonly #element: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #onChange: () => void;
  readonly #observer = new ResizeObserver(() => this.#changed());
  readonly #onScreen = (): void => this.#changed();
  #screen: MediaQueryList | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #size: CoveredSize | undefined;

  /**
   * @param canvas in the element, as large as the picture that it shows or keeps a place for
   * @param onChange called with the new size in place; for the first before the page is drawn
   */
  constructor(element: HTMLElement, canvas: HTMLCanvasElement, onChange: () => void) {
    this.#element = element;
    this.#canvas = canvas;
    this.#onChange = onChange;
    this.#observer.observe(element);
  }

  /** undefined before it is known, and while it has no area. */
  get size(): CoveredSize | undefined {
    return this.#size;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#observer.disconnect();
    this.#screen?.removeEventListener('change', this.#onScreen);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    if (this.#size === undefined) this.#look();
    else this.#timer = setTimeout(() => this.#look(), SETTLE_MS);
  }

  #look(): void {
    this.#watchScreen();
    const size = this.#measure();
    const isSame = size?.width === this.#size?.width && size?.height === this.#size?.height;
    // One that has lost its area keeps what it had: it is seen again with the same, as a rule.
    if (isSame || size === undefined) return;
    this.#size = size;
    this.#onChange();
  }

  #measure(): CoveredSize | undefined {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const aspect = this.#canvas.height / this.#canvas.width;
    return coveredSize({ width, height, pixelRatio: devicePixelRatio, aspect });
  }

  /** Browsers tell of another ratio only to who asks about the present one. */
  #watchScreen(): void {
    this.#screen?.removeEventListener('change', this.#onScreen);
    this.#screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#screen.addEventListener('change', this.#onScreen);
  }
}
