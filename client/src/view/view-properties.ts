import { ElementBase } from './element-base.js';

/** Those that a page may set. */
const PROPERTIES = [
  'stream',
  'quality',
  'maxWidth',
  'maxHeight',
  'fps',
  'mode',
  'latencyBudget',
  'resolution',
  'src',
  'paused',
] as const satisfies (keyof ViewProperties)[];

/**
 * The properties of `<framewire-view>` that mirror its attributes. Each may be set at any time, null removes the attribute;
 * what cannot be read counts as absent and is reported as `framewire-error`.
 */
export class ViewProperties extends ElementBase {
  /** Name of the stream, as `/api/streams` lists it; null: the server's first. */
  get stream(): string | null {
    return this.getAttribute('stream');
  }
  set stream(name: string | null) {
    this.#reflect('stream', name);
  }

  /** 1-100 on the scale of the Independent JPEG Group, or `source`, the camera's own JPEGs untouched; null: 75. */
  get quality(): string | null {
    return this.getAttribute('quality');
  }
  set quality(quality: string | number | null) {
    this.#reflect('quality', quality);
  }

  /** Upper bound of what is transferred, 16-16384 pixels; it does not lay anything out. null: no bound. */
  get maxWidth(): number | null {
    return this.#number('max-width');
  }
  set maxWidth(pixels: number | null) {
    this.#reflect('max-width', pixels);
  }

  /** As `maxWidth`, for the height. */
  get maxHeight(): number | null {
    return this.#number('max-height');
  }
  set maxHeight(pixels: number | null) {
    this.#reflect('max-height', pixels);
  }

  /** Frames a second at most, 0.1-240; null: as many as the source has. */
  get fps(): number | null {
    return this.#number('fps');
  }
  set fps(fps: number | null) {
    this.#reflect('fps', fps);
  }

  /**
   * `auto`: at most what is asked for, and no more than the link carries; `fixed`: always that, with fewer frames on a slow
   * link; null: `auto`.
   */
  get mode(): string | null {
    return this.getAttribute('mode');
  }
  set mode(mode: string | null) {
    this.#reflect('mode', mode);
  }

  /** How old pictures may be on arrival, 20-5000 ms; null: 100. */
  get latencyBudget(): number | null {
    return this.#number('latency-budget');
  }
  set latencyBudget(ms: number | null) {
    this.#reflect('latency-budget', ms);
  }

  /**
   * `auto`: at most the pixels that the picture covers on the screen, in steps of 64; `source`: as many as the source has,
   * for pages that zoom or compute; null: `auto`. `maxWidth` and `maxHeight` bound both.
   */
  get resolution(): string | null {
    return this.getAttribute('resolution');
  }
  set resolution(resolution: string | null) {
    this.#reflect('resolution', resolution);
  }

  /** The server's address; null: the one that the script came from, or the page's own. */
  get src(): string | null {
    return this.getAttribute('src');
  }
  set src(server: string | null) {
    this.#reflect('src', server);
  }

  /** No frames flow while it is set, and the last picture stays. */
  get paused(): boolean {
    return this.hasAttribute('paused');
  }
  set paused(paused: boolean) {
    this.toggleAttribute('paused', paused);
  }

  /** What a page set before this script had come lies in the way of the accessors of the same name. */
  protected adoptProperties(): void {
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value: unknown = Reflect.get(this, name);
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }

  #number(name: string): number | null {
    const text = this.getAttribute(name);
    return text === null ? null : Number(text);
  }

  #reflect(name: string, value: string | number | null): void {
    if (value === null) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }
}
