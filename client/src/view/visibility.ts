/**
 * Watches whether anybody can see an element: the page is in front and a part of the element in view.
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
    this.#observer = new IntersectionObserver(entries => {
      this.#isInView = entries.at(-1)?.isIntersecting ?? this.#isInView;
      this.#look();
    });
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
