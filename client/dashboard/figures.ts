/** Figures as people read them: the number and its unit apart, so that a page can set them apart. */
export interface Figure {
  value: string;
  unit: string;
}

/** What stands where there is nothing to tell yet. */
export const NO_FIGURE: Figure = { value: '–', unit: '' };

/** @param ms a latency; below 10 ms with one decimal, because there a millisecond is a tenth of it. */
export function latencyFigure(ms: number | null): Figure {
  if (ms === null) return NO_FIGURE;
  if (ms >= 9999.5) return { value: (ms / 1000).toFixed(0), unit: 's' };
  if (ms >= 999.5) return { value: (ms / 1000).toFixed(1), unit: 's' };
  return { value: Math.abs(ms) < 9.95 ? ms.toFixed(1) : ms.toFixed(0), unit: 'ms' };
}

export function rateFigure(fps: number | null): Figure {
  if (fps === null) return NO_FIGURE;
  return { value: fps >= 99.95 ? fps.toFixed(0) : fps.toFixed(1), unit: 'fps' };
}

/** @param bps bits a second. */
export function bitrateFigure(bps: number | null): Figure {
  if (bps === null) return NO_FIGURE;
  if (bps < 999_500) return { value: (bps / 1e3).toFixed(0), unit: 'kbit/s' };
  return { value: bps < 99.95e6 ? (bps / 1e6).toFixed(bps < 9.995e6 ? 2 : 1) : (bps / 1e6).toFixed(0), unit: 'Mbit/s' };
}

/** With groups of three: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** How long ago or until, in one unit: `4 s`, `12 min`, `3 h`. Never a false decimal. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function figureText({ value, unit }: Figure): string {
  return unit === '' ? value : `${value} ${unit}`;
}

/** @param fps pictures a second that this device takes, where it is the limit. @returns empty when it is not */
export function viewerText(fps: number | undefined): string {
  if (fps === undefined) return '';
  const count = Math.round(fps);
  return count <= 1 ? 'This device draws one picture a second.' : `This device draws ${count} pictures a second.`;
}
