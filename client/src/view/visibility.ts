/** So much of the window beyond its edges counts as in view: pictures are there by the time that one has scrolled to them. */
const AHEAD = '25%';

/**
 * Watches whether anybody can see an element, or is about to: the page is in front and a part of the element in view.
 * Taken as hidden until the browser has looked, which it does before the next drawing.
 */
export class Visibility {
  readonly #observer: IntersectionObserver;
  readonly #onChange: (isVisible: boolean) => void;
  readonly #onPage = (): void => this.#look();
  #isInView = false;
  #isVisible = false;

  constructor(element: Element, onChange: (isVisible: boolean) => void) {
    this.#onChange = onChange;
    const looked = (entries: IntersectionObserverEntry[]): void => {
      this.#isInView = entries.at(-1)?.isIntersecting ?? this.#isInView;
      this.#look();
    };
    // The first for the page, the second for what scrolls within it; browsers without it see to the edge there.
    this.#observer = new IntersectionObserver(looked, { rootMargin: AHEAD, scrollMargin: AHEAD });
    this.#observer.observe(element);
    document.addEventListener('visibilitychange', this.#onPage);
  }

  get isVisible(): boolean {
    return this.#isVisible;
  }

  close(): void {
    this.#observer.disconnect();
    document.removeEventListener('visibilitychange', this.#onPage);
  }

  #look(): void {
    const isVisible = this.#isInView && !document.hidden;
    if (isVisible === this.#isVisible) return;
    this.#isVisible = isVisible;
    this.#onChange(isVisible);
  }
}
