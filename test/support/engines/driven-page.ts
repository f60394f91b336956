/** Pixels of CSS, from the page's upper left corner as it is seen now. */
export interface Point {
  x: number;
  y: number;
}

/** One page in one engine: as much of a driver as the drivers of all three have. */
export interface DrivenPage extends AsyncDisposable {
  /** Errors and warnings of the console, and exceptions that nobody caught; of WebKit there is no way to them. */
  readonly complaints: readonly string[];
  goto(url: string): Promise<void>;
  /** Runs in the page; the function goes there as its text. @throws Error when it throws */
  evaluate(look: (argument: string) => string, argument?: string): Promise<string>;
  /** With the mouse, as a user does. */
  click(at: Point): Promise<void>;
  /** A key by what it types, or as `KEYS` has it. */
  press(key: string): Promise<void>;
}

/** Keys that type nothing, as WebDriver numbers them (W3C WebDriver, 17.4.2). */
export const KEYS = { escape: '\uE00C' } as const;

export interface PageOptions {
  /** Of the page in it, pixels of CSS. */
  readonly size: { readonly width: number; readonly height: number };
  /** What the page reads in `navigator.language`; absent: English. */
  readonly language?: string;
}

/** An engine that has been started. */
export interface DrivenBrowser extends AsyncDisposable {
  /** A page that shares nothing with the others; closed by the caller, or with its browser. */
  open(options: PageOptions): Promise<DrivenPage>;
}

/** For a page of its own, before any script of the page runs. @returns an expression of JavaScript, or nothing */
export function languageScript(language: string | undefined): string {
  if (language === undefined) return '';
  return `Object.defineProperty(Navigator.prototype, 'language', { get: () => ${JSON.stringify(language)} })`;
}
