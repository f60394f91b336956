import { withScheme } from '../connection/server-url.js';
import { clientError, FramewireClientError, type ClientErrorCode } from '../errors.js';
import type { Subscribed } from '../subscription.js';
import { WATCH_ATTRIBUTES, watchSettings, type WatchSettings } from './attributes.js';
import { Coverage } from './coverage.js';
import { Overlay } from './overlay.js';
import { ViewLink, type Told } from './view-link.js';
import { failed, type Flow, type ViewStats, type ViewStatus } from '../pipeline/view-status.js';
import { ViewProperties } from './view-properties.js';
import { Visibility } from './visibility.js';

/** What a `<framewire-view>` tells the page, and the `detail` of each event. */
export interface FramewireViewEvents {
  'framewire-status': ViewStatus;
  'framewire-subscribed': Subscribed;
  /** Once a second while connected. */
  'framewire-stats': ViewStats;
  /** What went wrong; the view goes on unless its status says `failed`. */
  'framewire-error': FramewireClientError;
}

declare global {
  interface HTMLElementEventMap {
    'framewire-status': CustomEvent<ViewStatus>;
    'framewire-subscribed': CustomEvent<Subscribed>;
    'framewire-stats': CustomEvent<ViewStats>;
    'framewire-error': CustomEvent<FramewireClientError>;
  }
  interface HTMLElementTagNameMap {
    'framewire-view': FramewireViewElement;
  }
}

/**
 * `<framewire-view stream="gate" quality="60" resolution="source" max-width="640" max-height="480" fps="15" mode="fixed"
 * latency-budget="200" src="http://host:8080" token="fs_..." paused>`
 *
 * Every attribute may change at any time; only `src` and `token` reconnect. Without any it shows the first stream of the server that the
 * script came from (the page's own, when the element was bundled with the page), at quality 75 and in the pixels that it
 * covers.
 *
 * Frames flow only while somebody can see it, or is about to. Where no WebSocket gets through to the server, they come by
 * plain HTTP, and the status (`fallback`) says why. For styling: the parts `canvas` and `status` (the text over the
 * picture), the host's attribute `data-state` with the status; the host may be made `:fullscreen`, and a height given to it
 * is kept, with bars. The picture is named by the host's `aria-label`, or else after the stream.
 */
export class FramewireViewElement extends ViewProperties {
  static readonly observedAttributes = [...WATCH_ATTRIBUTES, 'src', 'token', 'paused', 'aria-label'];
  /** For elements without `src`; absolute, or relative to the page. */
  static defaultServer = '';

  readonly #overlay = new Overlay(this);
  /** The network is back: who wants frames need not wait for the next attempt. Workers are not told everywhere. */
  readonly #onOnline = (): void => this.#link?.setFlow(this.#flow());
  #link: ViewLink | undefined;
  #visibility: Visibility | undefined;
  #coverage: Coverage | undefined;
  #server = '';
  #token: string | undefined;
  #isDue = false;
  #status: ViewStatus = { state: 'connecting' };
  #subscribed: Subscribed | undefined;
  #stats: ViewStats | undefined;

  /** What it shows now, also sent as `framewire-status`. */
  get status(): ViewStatus {
    return this.#status;
  }

  /** The newest answer of the server; undefined before the first. */
  get subscribed(): Subscribed | undefined {
    return this.#subscribed;
  }

  /** Sets `paused`. */
  pause(): void {
    this.paused = true;
  }

  /** Removes `paused`. */
  resume(): void {
    this.paused = false;
  }

  /** The newest figures, also sent as `framewire-stats`; undefined in the first second. */
  stats(): ViewStats | undefined {
    return this.#stats;
  }

  /**
   * The picture now shown: the JPEG as it came, in the size in which it is shown. The function `snapshot` of this package
   * takes one in the source's own size.
   * @returns the file; the caller owns it
   * @throws FramewireClientError no-picture, before the first
   */
  snapshot(): Promise<Blob> {
    return this.#picture(false);
  }

  /**
   * Waits until the next picture is drawn, for pages that compute something of each: `createImageBitmap(await
   * view.nextPicture())` in a loop gets every picture that it is quick enough for, and none queues up. While nothing flows,
   * because it is paused or out of view, it waits.
   * @returns as `snapshot`
   * @throws FramewireClientError no-picture, when the view is removed or gets another server before it comes
   */
  nextPicture(): Promise<Blob> {
    return this.#picture(true);
  }

  connectedCallback(): void {
    this.adoptProperties();
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#schedule();
  }

  attributeChangedCallback(): void {
    this.#schedule();
  }

  async #picture(isNext: boolean): Promise<Blob> {
    const picture = await this.#link?.snapshot(isNext);
    if (picture === undefined) throw clientError('no-picture', 'There is no picture yet.');
    return picture;
  }

  /** Once for all changes of one moment; an element that is moved within the page is not stopped. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.isConnected) this.#stop();
      else if (this.#link === undefined || this.#isElsewhere()) this.#start();
      else this.#update(this.#link);
    });
  }

  #start(): void {
    this.#stop();
    this.#server = this.#wantedServer();
    this.#token = this.#wantedToken();
    this.#show({ state: 'connecting' });
    const canvas = this.#overlay.newCanvas(this.#label());
    const { watch, problems } = this.#settings();
    const options = { server: this.#server, token: this.#token, watch, flow: this.#flow(), canvas };
    try {
      this.#link = new ViewLink(options, message => this.#told(message));
    } catch (error) {
      this.#show(unsupported(error));
    }
    // Not before it is handed over: a browser lays the page out to hand over one that is in its place.
    this.#overlay.place(canvas);
    if (this.#link === undefined) return;
    // With the canvas in place, which gives an element without a height of its own the one that it has.
    this.#coverage = new Coverage(this, canvas, () => this.#link?.watch(this.#settings().watch));
    this.#visibility = new Visibility(this, () => this.#link?.setFlow(this.#flow()));
    addEventListener('online', this.#onOnline);
    this.#tellProblems(problems);
  }

  #update(link: ViewLink): void {
    const { watch, problems } = this.#settings();
    link.watch(watch);
    link.setFlow(this.#flow());
    this.#overlay.label = this.#label();
    this.#tellProblems(problems);
  }

  #stop(): void {
    removeEventListener('online', this.#onOnline);
    this.#link?.close();
    this.#link = undefined;
    this.#visibility?.close();
    this.#visibility = undefined;
    this.#coverage?.close();
    this.#coverage = undefined;
    this.#overlay.close();
    this.#subscribed = undefined;
    this.#stats = undefined;
  }

  #told(message: Told): void {
    switch (message.type) {
      case 'status':
        this.#show(message.status);
        break;
      case 'subscribed':
        this.#subscribed = message.subscribed;
        this.#overlay.label = this.#label();
        this.#tell('framewire-subscribed', message.subscribed);
        break;
      case 'stats':
        this.#stats = message.stats;
        this.#tell('framewire-stats', message.stats);
        break;
      case 'error': {
        const { code, message: text, hint } = message.error;
        this.#tell('framewire-error', new FramewireClientError(code, text, { hint }));
        break;
      }
    }
  }

  #settings(): WatchSettings {
    return watchSettings(name => this.getAttribute(name), this.#coverage?.size);
  }

  #show(status: ViewStatus): void {
    this.#status = status;
    this.dataset['state'] = status.state;
    this.#overlay.show(status);
    this.#tell('framewire-status', status);
  }

  #tell<K extends keyof FramewireViewEvents>(type: K, detail: FramewireViewEvents[K]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #tellProblems(problems: string[]): void {
    for (const problem of problems) this.#tell('framewire-error', clientError('bad-attribute', problem));
  }

  #flow(): Flow {
    return { isPaused: this.paused, isHidden: this.#visibility?.isVisible !== true };
  }

  #isElsewhere(): boolean {
    return this.#server !== this.#wantedServer() || this.#token !== this.#wantedToken();
  }

  #wantedToken(): string | undefined {
    const token = this.token?.trim() ?? '';
    return token === '' ? undefined : token;
  }

  #wantedServer(): string {
    const server = withScheme(this.src ?? FramewireViewElement.defaultServer);
    try {
      return new URL(server, document.baseURI).href;
    } catch {
      // One that is no address goes on as it is, to be reported like every other.
      return server;
    }
  }

  #label(): string {
    const stream = this.#subscribed?.stream ?? this.stream ?? '';
    return this.getAttribute('aria-label') ?? (stream === '' ? 'Live picture' : `Live picture of ${stream}`);
  }
}

/**
 * Makes `<framewire-view>` known to the page, unless another copy of this script has: it may load those of two servers.
 * Does nothing where there is no page, as on a server that renders some.
 */
export function defineFramewireView(): void {
  if (typeof customElements === 'undefined') return;
  if (customElements.get('framewire-view') === undefined) customElements.define('framewire-view', FramewireViewElement);
}

/** The browser has no workers, or does not let the page start this one. */
function unsupported(cause: unknown): ViewStatus {
  const why = cause instanceof Error ? cause.message : String(cause);
  const hint = '<img src="…/video_feed"> works without one.';
  const code: ClientErrorCode = 'unsupported';
  return failed({ code, message: `This browser cannot start a worker: ${why}.`, hint });
}
