import { byId } from '../dom.js';
import type { Settings } from '../page/settings.js';
import { isSideways, type Turn } from '../view/turn.js';

/** https://wicg.github.io/document-picture-in-picture/, which Chromium alone has. */
interface DocumentPictureInPicture {
  readonly window: Window | null;
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

declare global {
  interface Window {
    readonly documentPictureInPicture?: DocumentPictureInPicture;
  }
}

const WIDTH = 480;

/**
 * A small window that stays above all others, with a view of its own: this page may be hidden meanwhile. Where the
 * browser has none there is no button either.
 */
export class SmallWindow {
  readonly #button = byId('pip', HTMLButtonElement);

  constructor(onClick: () => void) {
    this.#button.hidden = window.documentPictureInPicture === undefined;
    this.#button.addEventListener('click', onClick);
  }

  /** Opens it, or closes the one that is open. @throws DOMException where the browser allows none now */
  async toggle(stream: string, settings: Settings, turn: Turn): Promise<void> {
    const windows = window.documentPictureInPicture;
    if (windows === undefined) return;
    if (windows.window !== null) {
      windows.window.close();
      return;
    }
    const small = await windows.requestWindow({ width: WIDTH, height: Math.round((WIDTH * 9) / 16) });
    this.#button.setAttribute('aria-pressed', 'true');
    small.addEventListener('pagehide', () => this.#button.removeAttribute('aria-pressed'));
    fill(small.document, stream, settings, turn);
  }
}

/** With the script that other pages use: the elements of this page are known in this window alone. */
function fill(page: Document, stream: string, { quality, fps, mode, latencyBudgetMs }: Settings, turn: Turn): void {
  page.title = stream;
  const script = page.createElement('script');
  script.type = 'module';
  script.src = new URL('framewire.js', document.baseURI).href;
  page.head.append(script);
  const view = page.createElement('framewire-view');
  const wishes = { stream, quality, fps, mode, 'latency-budget': latencyBudgetMs };
  for (const [name, value] of Object.entries(wishes)) if (value !== null) view.setAttribute(name, String(value));
  Object.assign(page.body.style, { margin: '0', background: 'black', overflow: 'hidden' });
  Object.assign(view.style, {
    position: 'absolute',
    top: '50%',
    left: '50%',
    width: isSideways(turn) ? '100vh' : '100vw',
    height: isSideways(turn) ? '100vw' : '100vh',
    transform: `translate(-50%, -50%) rotate(${turn.degrees}deg) scaleX(${turn.isMirrored ? -1 : 1})`,
  });
  page.body.append(view);
}
