import uPlot from 'uplot';
import { byId, setText } from '../dom.js';
import { bitrateFigure, figureText, latencyFigure, rateFigure, type Figure } from '../figures.js';
import type { Columns } from './history.js';
import { scaleEnd } from './scale.js';

/** Which line the lower plot draws. */
export type RateKind = 'fps' | 'bps';

const SYNC_KEY = 'minute';
const LATENCY_HEIGHT = 104;
const RATE_HEIGHT = 84;

/** How many times the bit rate the link's estimate may be and still be drawn beside it. */
const MOST_OF_RATE = 4;

/** The last minute of the large picture: latency above, frames or bits a second below, with one cursor over both. */
export class MinutePlot {
  readonly #latencyBox = byId('latency-plot', HTMLElement);
  readonly #rateBox = byId('rate-plot', HTMLElement);
  readonly #latency: uPlot;
  readonly #rate: uPlot;
  #columns: Columns = { at: [], latencyP50Ms: [], latencyP95Ms: [], fps: [], bps: [], queueMs: [], linkBps: [] };
  #kind: RateKind = 'fps';

  constructor() {
    const readOut = (plot: uPlot): void => this.#readOut(plot.cursor.idx ?? null);
    this.#latency = new uPlot(
      {
        ...frame(LATENCY_HEIGHT, 10, latencyFigure, readOut),
        axes: [{ show: false }, valueAxis(latencyFigure)],
        series: [{}, line('--plot-p50', 1.75), line('--plot-p95', 1), line('--plot-link', 1.25)],
        bands: [{ series: [2, 1], fill: () => color('--plot-band') }],
      },
      [[], [], [], []],
      this.#latencyBox,
    );
    const rateText = (value: number): Figure => (this.#kind === 'fps' ? rateFigure(value) : bitrateFigure(value));
    this.#rate = new uPlot(
      {
        ...frame(RATE_HEIGHT, 1, rateText, readOut),
        series: [{}, line('--plot-rate', 1.5), line('--plot-link', 1.25)],
      },
      [[], [], []],
      this.#rateBox,
    );
    byId('rate-switch', HTMLElement).addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.#showRate(target.value === 'bps' ? 'bps' : 'fps');
    });
    new ResizeObserver(() => this.#fit()).observe(this.#latencyBox);
    // Colours are read from the style sheet when drawing, so another scheme needs only another drawing.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(this.#columns));
  }

  draw(columns: Columns): void {
    this.#columns = columns;
    this.#latency.setData([columns.at, columns.latencyP50Ms, columns.latencyP95Ms, columns.queueMs]);
    this.#rate.setData([columns.at, columns[this.#kind], this.#linkLine(columns)]);
    this.#readOut(this.#latency.cursor.idx ?? null);
    this.#describe();
  }

  #showRate(kind: RateKind): void {
    this.#kind = kind;
    this.draw(this.#columns);
  }

  /** On a fast link the estimate would press the bit rate into a flat line, and says nothing that matters. */
  #linkLine({ bps, linkBps, at }: Columns): (number | null)[] {
    const most = MOST_OF_RATE * Math.max(0, ...bps.map(value => value ?? 0));
    if (this.#kind === 'fps') return at.map(() => null);
    return linkBps.map(value => (value !== null && value <= most ? value : null));
  }

  #fit(): void {
    const width = this.#latencyBox.clientWidth;
    if (width === 0) return;
    this.#latency.setSize({ width, height: LATENCY_HEIGHT });
    this.#rate.setSize({ width, height: RATE_HEIGHT });
  }

  /** The figures under the cursor; without a cursor none: the newest stand above already. */
  #readOut(index: number | null): void {
    const { at, latencyP50Ms, latencyP95Ms, queueMs } = this.#columns;
    const second = index === null ? undefined : at[index];
    const isOver = index !== null && second !== undefined;
    const ms = (values: readonly (number | null)[]): string =>
      figureText(latencyFigure(isOver ? (values[index] ?? null) : null));
    const latency = `${ms(latencyP50Ms)} / ${ms(latencyP95Ms)} · waiting ${ms(queueMs)}`;
    const rate = isOver
      ? `${this.#rateText(this.#columns[this.#kind][index] ?? null)} · ${Math.round(-second)} s ago`
      : '';
    setText(byId('latency-readout', HTMLElement), isOver ? latency : '');
    setText(byId('rate-readout', HTMLElement), rate);
  }

  #rateText(value: number | null): string {
    return figureText(this.#kind === 'fps' ? rateFigure(value) : bitrateFigure(value));
  }

  /** The same in words, for those who do not see the lines. */
  #describe(): void {
    const { latencyP50Ms, latencyP95Ms, queueMs, linkBps } = this.#columns;
    const p50 = span(latencyP50Ms, latencyFigure);
    const p95 = span(latencyP95Ms, latencyFigure);
    this.#latencyBox.ariaLabel = `Latency in the last minute: ${p50}, slowest 5 % ${p95}, waiting ${span(queueMs, latencyFigure)}`;
    const rate = span(this.#columns[this.#kind], this.#kind === 'fps' ? rateFigure : bitrateFigure);
    this.#rateBox.ariaLabel =
      this.#kind === 'fps'
        ? `Pictures a second in the last minute: ${rate}`
        : `Bits a second in the last minute: ${rate}; the link carries ${span(linkBps, bitrateFigure)}`;
  }
}

function span(values: readonly (number | null)[], figure: (value: number) => Figure): string {
  const known = values.filter(value => value !== null);
  if (known.length === 0) return 'nothing yet';
  return `${figureText(figure(Math.min(...known)))} to ${figureText(figure(Math.max(...known)))}`;
}

const AXIS = {
  stroke: () => color('--muted'),
  font: '11px Inter, system-ui, sans-serif',
  ticks: { show: false },
} satisfies uPlot.Axis;

/** Labels at both ends and in the middle. */
function valueAxis(figure: (value: number) => Figure): uPlot.Axis {
  return {
    ...AXIS,
    size: 56,
    gap: 6,
    splits: (_plot, _axis, _min, max) => [0, max / 2, max],
    grid: { stroke: () => color('--line'), width: 1 },
    values: (_plot, splits) => splits.map(split => axisText(figure(split))),
  };
}

/** What both plots share. @param smallest the scale's end at least, so that a calm minute looks calm. */
function frame(
  height: number,
  smallest: number,
  figure: (value: number) => Figure,
  onCursor: (plot: uPlot) => void,
): Omit<uPlot.Options, 'series'> {
  return {
    width: 300,
    height,
    legend: { show: false },
    padding: [8, 14, 8, 0],
    cursor: { sync: { key: SYNC_KEY }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: () => [-60, 0] },
      y: { range: (_plot, _min, max) => [0, scaleEnd(Number.isFinite(max) ? max : 0, smallest)] },
    },
    axes: [
      {
        ...AXIS,
        size: 20,
        gap: 4,
        grid: { show: false },
        splits: () => [-60, -30, 0],
        values: () => ['60 s', '30 s', 'now'],
      },
      valueAxis(figure),
    ],
    hooks: { setCursor: [onCursor] },
  };
}

/** Short: `20 ms`, `4 M`, `30`, `0`. */
function axisText({ value, unit }: Figure): string {
  if (Number(value) === 0) return '0';
  const shortUnits: Partial<Record<string, string>> = { fps: '', 'kbit/s': ' k', 'Mbit/s': ' M' };
  return value.replace(/\.0+$/, '') + (shortUnits[unit] ?? ` ${unit}`);
}

function line(name: string, width: number): uPlot.Series {
  return { stroke: () => color(name), width, points: { show: false } };
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}
