import type { ClientErrorCode } from '../errors.js';
import { TICK_MS } from '../latency/stall-detector.js';
import { CanvasPainter } from '../pipeline/canvas-painter.js';
import type { SubscribeOptions } from '../subscription.js';
import type { FromWorker, ToWorker } from '../pipeline/messages.js';
import { leaveFeed, wantFeed } from './plain-places.js';
import { startWorker, WORKER_HINT } from '../pipeline/start-worker.js';
import { failed, type Flow } from '../pipeline/view-status.js';

/** What a view starts with. */
export interface ViewLinkOptions {
  /** An absolute address: a worker has no page to be relative to. */
  server: string;
  token: string | undefined;
  watch: SubscribeOptions;
  flow: Flow;
  /** Handed over for good: a canvas cannot be drawn by two. */
  canvas: HTMLCanvasElement;
}

/** What the element hears of its worker; the link itself takes care of the rest. */
export type Told = Exclude<FromWorker, { type: 'bitmap' | 'snapshot' | 'feed' | 'ticks' }>;

/** The page's end of the worker that receives, decodes and, where there is OffscreenCanvas, draws. */
export class ViewLink {
  readonly #worker: Worker;
  readonly #tell: (message: Told) => void;
  readonly #painter: CanvasPainter<number> | undefined;
  readonly #snapshots = new Map<number, (picture: Blob | undefined) => void>();
  readonly #startFeed = (): void => this.#post({ type: 'feed' });
  #lastSnapshot = 0;
  #ticks: ReturnType<typeof setInterval> | undefined;
  #tickMs: number | undefined = TICK_MS;
  #isHidden: boolean;

  constructor({ server, token, watch, flow, canvas }: ViewLinkOptions, tell: (message: Told) => void) {
    this.#tell = tell;
    this.#isHidden = flow.isHidden;
    this.#worker = startWorker();
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    this.#worker.addEventListener('error', event => this.#failed(event));
    const hasOffscreen = 'transferControlToOffscreen' in canvas;
    this.#painter = hasOffscreen ? undefined : this.#painterOf(canvas);
    const offscreen = hasOffscreen ? canvas.transferControlToOffscreen() : undefined;
    const transfer = offscreen === undefined ? [] : [offscreen];
    this.#post({ type: 'start', server, token, watch, flow, canvas: offscreen }, transfer);
    this.#tick(flow);
  }

  watch(watch: SubscribeOptions): void {
    this.#post({ type: 'watch', watch });
  }

  setFlow(flow: Flow): void {
    this.#isHidden = flow.isHidden;
    if (flow.isHidden) this.#painter?.clear();
    this.#post({ type: 'flow', flow });
    this.#tick(flow);
  }

  /**
   * The picture now shown, or with `isNext` the one that will be drawn next, as it came; undefined before the first and when
   * the link is closed before the answer.
   */
  snapshot(isNext: boolean): Promise<Blob | undefined> {
    const id = ++this.#lastSnapshot;
    return new Promise(resolve => {
      this.#snapshots.set(id, resolve);
      this.#post({ type: 'snapshot', id, isNext });
    });
  }

  close(): void {
    this.#worker.terminate();
    clearInterval(this.#ticks);
    leaveFeed(this.#startFeed);
    this.#painter?.clear();
    for (const resolve of this.#snapshots.values()) resolve(undefined);
    this.#snapshots.clear();
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'bitmap':
        this.#painter?.put(message.bitmap, message.id);
        if (this.#isHidden) this.#painter?.clear();
        break;
      case 'snapshot':
        this.#snapshots.get(message.id)?.(message.picture);
        this.#snapshots.delete(message.id);
        break;
      case 'ticks':
        this.#tickMs = message.everyMs;
        if (this.#ticks !== undefined) this.#startTicks();
        break;
      case 'feed':
        if (message.isWanted) wantFeed(this.#startFeed);
        else leaveFeed(this.#startFeed);
        break;
      default:
        this.#tell(message);
    }
  }

  /** While frames flow the worker is told when this thread is free. */
  #tick({ isPaused, isHidden }: Flow): void {
    if (!isPaused && !isHidden) {
      this.#startTicks();
      return;
    }
    clearInterval(this.#ticks);
    this.#ticks = undefined;
  }

  #startTicks(): void {
    clearInterval(this.#ticks);
    if (this.#tickMs !== undefined) this.#ticks = setInterval(() => this.#post({ type: 'tick' }), this.#tickMs);
  }

  #painterOf(canvas: HTMLCanvasElement): CanvasPainter<number> {
    return new CanvasPainter<number>(canvas, {
      painted: (id, at) => this.#post({ type: 'bitmap-done', id, paintedAt: performance.timeOrigin + at }),
      dropped: id => this.#post({ type: 'bitmap-done', id, paintedAt: undefined }),
    });
  }

  /** A page whose policy forbids the worker hears of it here and nowhere else. */
  #failed(event: Event): void {
    const said = event instanceof ErrorEvent ? event.message : '';
    const message = said === '' ? 'The worker could not be started.' : `The worker failed: ${said}`;
    const code: ClientErrorCode = 'no-worker';
    this.#tell({ type: 'status', status: failed({ code, message, hint: WORKER_HINT }) });
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
