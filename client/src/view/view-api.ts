import type { FramewireClientError } from '../errors.js';
import type { ClientStats } from '../stats.js';
import type { Subscribed } from '../client.js';

/** What a `<framewire-view>` shows now. `reason` is a sentence for people, `code` is stable for programs. */
export type ViewStatus =
  /** To the server, for the first time. */
  | { state: 'connecting' }
  /** Connected; the source is being opened, or its first picture has not come. */
  | { state: 'starting' }
  | { state: 'live' }
  /** By `paused`/`pause()`, or because nobody can see it: the page is hidden or the element out of view. */
  | { state: 'paused'; by: 'page' | 'hidden' }
  /** The source is gone and being reopened: camera unplugged, file unreadable, ... */
  | { state: 'lost'; code: string; reason: string }
  /** The server is gone or cannot be reached (`code`: connection-lost, server-stopped, server-full, unreachable). */
  | { state: 'reconnecting'; attempt: number; retryInMs: number; code: string; reason: string }
  /** For good: what was asked for cannot be had (`unknown-stream`, ...), or the server refused. */
  | { state: 'failed'; code: string; reason: string; hint: string | undefined };

/** Once a second, also while paused. `client` drops are frames that were received and not drawn. */
export interface ViewStats extends ClientStats {
  /** Frames drawn a second, over the last 2 s. */
  drawnFps: number;
}

export interface FramewireViewEventMap {
  'framewire-status': CustomEvent<ViewStatus>;
  'framewire-subscribed': CustomEvent<Subscribed>;
  'framewire-stats': CustomEvent<ViewStats>;
  'framewire-error': CustomEvent<FramewireClientError>;
}

/**
 * `<framewire-view stream="gate" quality="60" max-width="640" max-height="480" fps="15" src="http://host:8080" paused>`
 *
 * Every attribute may change at any time; only `src` reconnects. Absent: the server's first stream and defaults, the
 * server that the script came from (the page's own, when the element was bundled with the page). Parts for styling: `canvas`, `status` (the text over the picture). The host has the
 * attribute `data-state` with the status, and takes `:fullscreen`.
 */
export interface FramewireViewElement extends HTMLElement {
  stream: string | null;
  /** 1-100, `source`, or null for the server's default. */
  quality: string | null;
  maxWidth: number | null;
  maxHeight: number | null;
  fps: number | null;
  src: string | null;
  paused: boolean;
  readonly status: ViewStatus;
  /** The newest answer of the server; undefined before the first. */
  readonly subscribed: Subscribed | undefined;

  pause(): void;
  resume(): void;
  /** The newest figures; undefined in the first second. */
  stats(): ViewStats | undefined;
  /** The picture now shown, at its full size: the JPEG as it came. @throws FramewireClientError before the first. */
  snapshot(): Promise<Blob>;
}

declare global {
  interface HTMLElementTagNameMap {
    'framewire-view': FramewireViewElement;
  }
}
