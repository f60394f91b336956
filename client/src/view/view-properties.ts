import { ElementBase } from './element-base.js';

/** The properties that mirror an attribute: its name is theirs, in small letters with hyphens. */
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
  'token',
  'paused',
] as const satisfies (keyof ViewProperties)[];

type Property = (typeof PROPERTIES)[number];

const NUMBERS: ReadonlySet<Property> = new Set(['maxWidth', 'maxHeight', 'fps', 'latencyBudget']);

/**
 * The properties of `<framewire-view>` that mirror its attributes. Each may be set at any time, null removes the attribute;
 * what cannot be read counts as absent and is reported as `framewire-error`.
 */
export class ViewProperties extends ElementBase {
  /** Name of the stream, as `/api/streams` lists it; null: the server's first. */
  declare stream: string | null;

  /** 1-100 on the scale of the Independent JPEG Group, or `source`, the camera's own JPEGs untouched; null: 75. */
  declare quality: string | number | null;

  /** Upper bound of what is transferred, 16-16384 pixels; it does not lay anything out. null: no bound. */
  declare maxWidth: number | null;

  /** As `maxWidth`, for the height. */
  declare maxHeight: number | null;

  /** Frames a second at most, 0.1-240; null: as many as the source has. */
  declare fps: number | null;

  /**
   * `auto`: at most what is asked for, and no more than the link carries; `fixed`: always that, with fewer frames on a slow
   * link; null: `auto`.
   */
  declare mode: string | null;

  /** How old pictures may be on arrival, 20-5000 ms; null: 100. */
  declare latencyBudget: number | null;

  /**
   * `auto`: at most the pixels that the picture covers on the screen, in steps of 64; `source`: as many as the source has,
   * for pages that zoom or compute; null: `auto`. `maxWidth` and `maxHeight` bound both.
   */
  declare resolution: string | null;

  /** The server's address; null: the one that the script came from, or the page's own. */
  declare src: string | null;

  /**
   * What the server wants to see, on pages of other sites: whoever can read the page can read it, so it should show this
   * one stream and no more. null: none.
   */
  declare token: string | null;

  /** No frames flow while it is set, and the last picture stays. */
  declare paused: boolean;

  static {
    for (const name of PROPERTIES) Object.defineProperty(this.prototype, name, mirrorOf(name));
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
}

function mirrorOf(name: Property): PropertyDescriptor & ThisType<Element> {
  const attribute = name.replace(/[A-Z]/, capital => `-${capital.toLowerCase()}`);
  const isSwitch = name === 'paused';
  return {
    configurable: true,
    enumerable: true,
    get() {
      const text = this.getAttribute(attribute);
      if (isSwitch) return text !== null;
      return text !== null && NUMBERS.has(name) ? Number(text) : text;
    },
    set(value: string | number | boolean | null | undefined) {
      if (isSwitch) this.toggleAttribute(attribute, Boolean(value));
      else if (value === null || value === undefined) this.removeAttribute(attribute);
      else this.setAttribute(attribute, String(value));
    },
  };
}
