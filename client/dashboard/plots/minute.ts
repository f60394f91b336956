import type { ViewStats } from '@framewire/client/element';
import { byId } from '../dom.js';
import { startPart } from '../start/failure.js';
import { History, NOTHING } from './history.js';
import { loadPlot } from './load-plot.js';
import type { MinutePlot } from './plot.js';

/** The last minute of the large picture: recorded from its start, drawn once the plots are there. */
export class Minute {
  readonly #history = new History();
  #isStarted = false;
  /** Comes after the picture; undefined until then, and where it cannot be drawn. */
  #plot: MinutePlot | undefined;
  /** The stream whose last minute it is. */
  #stream: string | null = null;

  /** Loads what draws it. Where that fails a sentence says so, and nothing else is lost. */
  async #startPlot(): Promise<void> {
    this.#plot = await startPart('The last minute', byId('plots', HTMLElement), loadPlot);
  }

  /** Another connection to the same stream goes on with the same minute. */
  begin(stream: string): void {
    if (this.#stream !== stream) this.#history.clear();
    this.#stream = stream;
  }

  /** Once a second. @param isLive when false, nothing is drawn: figures would be those of another moment */
  record({ latencyMs: { total }, drawnFps, bitsPerSecond, link }: ViewStats, isLive: boolean): void {
    const sample = {
      latencyP50Ms: total?.p50 ?? null,
      latencyP95Ms: total?.p95 ?? null,
      fps: drawnFps,
      bps: bitsPerSecond,
      queueMs: link?.queueMs ?? null,
      linkBps: link?.bitsPerSecond ?? null,
    };
    // With the first second that there is to draw: the worker that brings the picture has the processor to itself before.
    if (!this.#isStarted) void this.#startPlot();
    this.#isStarted = true;
    this.#history.push(isLive ? sample : NOTHING, performance.now());
  }

  draw(now: number): void {
    this.#plot?.draw(this.#history.columns(now));
  }
}
