import type { Percentiles, StreamInfo, Subscribed } from '@framewire/client';
import type { ViewStats } from '@framewire/client/element';
import { byId, make, setText } from './dom.js';
import { bitrateFigure, countText, figureText, latencyFigure, NO_FIGURE, rateFigure, type Figure } from './figures.js';

const STAGES = ['encode', 'network', 'draw'] as const;
const DROPS = ['rate', 'superseded', 'skipped', 'client'] as const;

/** The figures of the large picture, new once a second. */
export class Panel {
  readonly #shares = byId('shares', HTMLElement);

  /** @param isLive when false, the figures of the moment are left out: they would be those of another moment. */
  showStats(stats: ViewStats, isLive: boolean): void {
    const { latencyMs } = stats;
    const now = <T>(value: T | undefined): T | null => (isLive && value !== undefined ? value : null);
    writeFigure('latency-p50', latencyFigure(now(latencyMs.total?.p50)));
    writeFigure('latency-p95', latencyFigure(now(latencyMs.total?.p95)));
    writeFigure('fps', isLive ? rateFigure(stats.drawnFps) : NO_FIGURE);
    writeFigure('bitrate', isLive ? bitrateFigure(stats.bitsPerSecond) : NO_FIGURE);
    for (const stage of STAGES) {
      const figure = latencyFigure(now(latencyMs[stage]?.p50));
      setText(byId(`latency-${stage}`, HTMLElement), figureText(figure));
    }
    this.#showShares(STAGES.map(stage => now(latencyMs[stage])));
    this.#showCounts(stats);
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

  #showCounts({ dropped, viewers, clock }: ViewStats): void {
    for (const reason of DROPS) setText(byId(`dropped-${reason}`, HTMLElement), countText(dropped[reason]));
    setText(byId('viewers', HTMLElement), viewers === undefined ? '–' : countText(viewers));
    const roundTrip = figureText(latencyFigure(clock.rttMs ?? null));
    setText(byId('clock', HTMLElement), clock.synced ? `aligned, round trip ${roundTrip}` : 'being aligned');
  }

  /** One bar, divided as the time is: encode, network, draw. */
  #showShares(stages: (Percentiles | null)[]): void {
    const parts = [...this.#shares.children];
    stages.forEach((stage, index) => {
      const part = parts[index];
      if (part instanceof HTMLElement) part.style.flexGrow = String(Math.max(0, stage?.p50 ?? 0));
    });
  }
}

function writeFigure(id: string, { value, unit }: Figure): void {
  const element = byId(id, HTMLElement);
  if (element.dataset['figure'] === `${value} ${unit}`) return;
  element.dataset['figure'] = `${value} ${unit}`;
  element.replaceChildren(value, ...(unit === '' ? [] : [' ', make('small', '', unit)]));
}
