import type { StreamInfo, Subscribed } from '@framewire/client';
import type { ViewStats } from '@framewire/client/element';
import { byId, make, setText } from '../dom.js';
import { bitrateFigure, countText, figureText, latencyFigure, NO_FIGURE, rateFigure, type Figure } from '../figures.js';

const STAGES = ['encode', 'network', 'draw'] as const;
const DROPS = {
  rate: 'more than you asked for',
  superseded: 'replaced by a newer one',
  skipped: 'never encoded',
  client: 'arrived, not drawn',
} as const;

/** What stands under "Details", by its id. */
const DETAILS = {
  rendition: 'Picture',
  source: 'Source',
  viewers: 'Viewers',
  'link-rate': 'Your connection carries',
  'link-rtt': 'Round trip',
  'link-queue': 'Waiting on the way',
  'link-rung': 'Size and quality',
  'link-budget': 'Late by at most',
  clock: 'Clock',
} as const;

/** The figures of the large picture, new once a second. */
export class Panel {
  readonly #shares = byId('shares', HTMLElement);

  constructor() {
    for (const [id, term] of Object.entries(DETAILS)) addRow('details', term).id = id;
    for (const [reason, term] of Object.entries(DROPS)) {
      addRow('dropped', term).id = `dropped-${reason}`;
    }
  }

  /** @param isLive when false, only what is counted is shown: latency and rates would be those of another moment. */
  showStats(stats: ViewStats, isLive: boolean): void {
    if (isLive) this.#showMoment(stats);
    else this.clearMoment();
    this.#showCounts(stats);
  }

  clearMoment(): void {
    for (const id of ['latency-p50', 'latency-p95', 'fps', 'bitrate']) writeFigure(id, NO_FIGURE);
    this.#showLink(undefined);
    this.#showStages({});
  }

  showSource(info: StreamInfo): void {
    const { width, height, fps } = info;
    const size = width === null || height === null ? '–' : `${width} × ${height}`;
    const rate = fps === null || fps === 0 ? '' : `, ${figureText(rateFigure(fps))}`;
    setText(byId('source', HTMLElement), size + rate);
  }

  showSubscribed({ rendition }: Subscribed): void {
    const quality = rendition.quality === 'source' ? 'as the source' : `quality ${rendition.quality}`;
    const codec = rendition.codec === 'jpeg' ? 'JPEG' : 'H.264';
    setText(byId('rendition', HTMLElement), `${rendition.width} × ${rendition.height}, ${codec}, ${quality}`);
  }

  #showMoment({ latencyMs, drawnFps, bitsPerSecond, link }: ViewStats): void {
    this.#showLink(link);
    writeFigure('latency-p50', latencyFigure(latencyMs.total?.p50 ?? null));
    writeFigure('latency-p95', latencyFigure(latencyMs.total?.p95 ?? null));
    writeFigure('fps', rateFigure(drawnFps));
    writeFigure('bitrate', bitrateFigure(bitsPerSecond));
    this.#showStages(latencyMs);
  }

  #showLink(link: ViewStats['link']): void {
    const texts = {
      'link-rate': linkRateText(link?.bitsPerSecond ?? null),
      'link-rtt': figureText(latencyFigure(link?.rttMs ?? null)),
      'link-queue': figureText(latencyFigure(link?.queueMs ?? null)),
      'link-rung': link === undefined ? '–' : rungText(link.rung, link.rungs),
      'link-budget': figureText(latencyFigure(link?.latencyBudgetMs ?? null)),
    };
    for (const [id, text] of Object.entries(texts)) setText(byId(id, HTMLElement), text);
  }

  #showCounts({ dropped, viewers, clock }: ViewStats): void {
    for (const reason of ['rate', 'superseded', 'skipped', 'client'] as const) {
      setText(byId(`dropped-${reason}`, HTMLElement), countText(dropped[reason]));
    }
    setText(byId('viewers', HTMLElement), viewers === undefined ? '–' : countText(viewers));
    const roundTrip = figureText(latencyFigure(clock.rttMs ?? null));
    setText(byId('clock', HTMLElement), clock.synced ? `aligned, round trip ${roundTrip}` : 'being aligned');
  }

  /** Each in figures, and all as one bar that is divided as the time is. */
  #showStages(latencyMs: Partial<ViewStats['latencyMs']>): void {
    const parts = [...this.#shares.children];
    STAGES.forEach((stage, index) => {
      const measured = latencyMs[stage]?.p50 ?? null;
      // Clocks are aligned to within a little: what took less than that can come out below nothing.
      const p50 = measured === null ? null : Math.max(0, measured);
      setText(byId(`latency-${stage}`, HTMLElement), figureText(latencyFigure(p50)));
      const part = parts[index];
      if (part instanceof HTMLElement) part.style.flexGrow = String(p50 ?? 0);
    });
  }
}

/** @returns where the figure goes */
function addRow(list: string, term: string): HTMLElement {
  const figure = make('dd', '', NO_FIGURE.value);
  byId(list, HTMLElement).append(make('div', '', make('dt', '', term), figure));
  return figure;
}

/** Beyond this nobody can tell, and nothing depends on it. */
const FAST_BPS = 1e9;

function linkRateText(bps: number | null): string {
  return bps !== null && bps >= FAST_BPS ? 'over 1 Gbit/s' : figureText(bitrateFigure(bps));
}

/** Rung 0 is the wish itself; people count from 1. */
function rungText(rung: number, rungs: number): string {
  return rung === 0 ? 'as asked' : `${rung + 1} of ${rungs}`;
}

function writeFigure(id: string, { value, unit }: Figure): void {
  const element = byId(id, HTMLElement);
  if (element.dataset['figure'] === `${value} ${unit}`) return;
  element.dataset['figure'] = `${value} ${unit}`;
  element.replaceChildren(value, ...(unit === '' ? [] : [' ', make('small', '', unit)]));
}
