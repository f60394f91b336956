import type { Subscribed, SubscribeOptions } from '../subscription.js';
import type { ErrorFields, Flow, ViewStats, ViewStatus } from './view-status.js';

/** What the page tells the worker of one `<framewire-view>`. */
export type ToWorker =
  /** The first. Without a canvas the worker hands its bitmaps to the page. */
  | {
      type: 'start';
      server: string;
      token: string | undefined;
      watch: SubscribeOptions;
      flow: Flow;
      canvas: OffscreenCanvas | undefined;
    }
  /** Everything that is wished now, absent wishes are the server's defaults. */
  | { type: 'watch'; watch: SubscribeOptions }
  | { type: 'flow'; flow: Flow }
  /** The picture now shown, or `isNext` the one that will be drawn next. */
  | { type: 'snapshot'; id: number; isNext: boolean }
  /** There is room for the plain feed that it wants. */
  | { type: 'feed' }
  /** The page's thread is free, every so often: in some browsers the worker's messages pass it. */
  | { type: 'tick' }
  /** The end of a bitmap; `paintedAt` in ms since 1970, because each thread's `performance.now()` has its own zero. */
  | { type: 'bitmap-done'; id: number; paintedAt: number | undefined };

/** What the worker tells the page. */
export type FromWorker =
  | { type: 'status'; status: ViewStatus }
  | { type: 'subscribed'; subscribed: Subscribed }
  | { type: 'stats'; stats: ViewStats }
  | { type: 'error'; error: ErrorFields }
  /** Whether it wants pictures by plain HTTP, which a page has few connections for. */
  | { type: 'feed'; isWanted: boolean }
  /** How often the page is to tell that its thread is free, ms; undefined: not any more. */
  | { type: 'ticks'; everyMs: number | undefined }
  /** Transferred: the page closes it and answers with `bitmap-done`. */
  | { type: 'bitmap'; id: number; bitmap: ImageBitmap }
  | { type: 'snapshot'; id: number; picture: Blob | undefined };
