import { AV_BUFFERSRC_FLAG_KEEP_REF } from 'node-av/constants';
import { Filter, FilterGraph, Frame, type FilterContext } from 'node-av/lib';
import type { Orientation } from '../orientation.js';

type Step = readonly [filter: string, options?: string];

/** FFmpeg's vflip only turns the strides round; what follows it writes the rows in their new order. */
const UPSIDE_DOWN: Step = ['vflip'];
/** By turns, without and with the mirror. */
const STEPS: readonly (readonly [plain: readonly Step[], mirrored: readonly Step[]])[] = [
  [[], [['hflip']]],
  [[['transpose', 'clock']], [['transpose', 'cclock_flip']]],
  [
    [UPSIDE_DOWN, ['hflip']],
    [UPSIDE_DOWN, ['copy']],
  ],
  [[['transpose', 'cclock']], [['transpose', 'clock_flip']]],
];

interface Graph {
  /** What it was made for. */
  readonly key: string;
  readonly graph: FilterGraph;
  readonly input: FilterContext;
  readonly output: FilterContext;
}

/** Turns frames with FFmpeg's filters, in their own layout where a filter can, one after the other. */
export class FrameTurner {
  #graph: Graph | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param frame borrowed until it is done. @returns a frame of its own, the caller's to free. @throws Error */
  turn(frame: Frame, orientation: Orientation): Promise<Frame> {
    const done = this.#last.then(() => this.#turn(frame, orientation));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Waits for the turning under way; none may follow. */
  async close(): Promise<void> {
    await this.#last;
    this.#graph?.graph.free();
    this.#graph = undefined;
  }

  async #turn(frame: Frame, orientation: Orientation): Promise<Frame> {
    const { input, output } = await this.#graphFor(frame, orientation);
    check(await input.buffersrcAddFrame(frame, AV_BUFFERSRC_FLAG_KEEP_REF));
    const turned = new Frame();
    turned.alloc();
    const result = await output.buffersinkGetFrame(turned);
    if (result < 0) turned.free();
    check(result);
    return turned;
  }

  /** Sources may change size, layout or orientation while they run. */
  async #graphFor(
    { width, height, format, colorSpace, colorRange }: Frame,
    { turns, isMirrored }: Orientation,
  ): Promise<Graph> {
    const layout = `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1000:colorspace=${colorSpace}:range=${colorRange}`;
    const key = `${layout} ${turns} ${isMirrored}`;
    if (this.#graph?.key === key) return this.#graph;
    this.#graph?.graph.free();
    this.#graph = undefined;
    const graph = new FilterGraph();
    graph.alloc();
    try {
      const input = add(graph, ['buffer', layout]);
      const steps = STEPS[turns]?.[isMirrored ? 1 : 0] ?? [];
      const output = [...steps, ['buffersink'] as const].reduce((before, step) => {
        const filter = add(graph, step);
        check(before.link(0, filter, 0));
        return filter;
      }, input);
      check(await graph.config());
      this.#graph = { key, graph, input, output };
      return this.#graph;
    } catch (error) {
      graph.free();
      throw error;
    }
  }
}

function add(graph: FilterGraph, [name, options]: Step): FilterContext {
  const filter = Filter.getByName(name);
  const context = filter && graph.createFilter(filter, name, options ?? null);
  if (context === null) throw new Error(`This FFmpeg has no filter ${name}.`);
  return context;
}

function check(result: number): void {
  if (result < 0) throw new Error(`The picture cannot be turned (${result}).`);
}
