import { median, percentile } from '../../report/figures.js';
import { text } from '../../report/report.js';
import { table } from '../../report/table.js';
import type { CaptureReading } from '../capture-figures.js';

/** So much may the way from capture to encoded take beyond its parts, ms. */
const MOST_OVERHEAD_MS = 1;

/** One row for each way to capture, the two engines beside each other. */
export function captureTable(readings: readonly CaptureReading[]): string {
  const ordered = [...readings].sort(
    (a, b) =>
      a.size.width - b.size.width ||
      b.format.localeCompare(a.format) ||
      Number(a.isTransformed) - Number(b.isTransformed) ||
      a.engine.localeCompare(b.engine),
  );
  const rows = ordered.map(reading => {
    const { size, format, engine, isTransformed } = reading;
    const other = ordered.find(candidate => candidate.engine === 'ffmpeg' && isSame(candidate, reading));
    return [
      `${size.width}x${size.height}`,
      format,
      isTransformed ? 'yes' : 'no',
      engine,
      text(p(reading.latencies, 50), 1),
      text(p(reading.latencies, 90), 1),
      text(other && p(reading.latencies, 50) / p(other.latencies, 50), 2),
      text(p(reading.camera.ages, 50), 1),
      text(p(reading.pixelsMs, 50), 1),
      text(p(reading.encodeMs, 50), 1),
      text(overhead(reading), 1),
      text(median(reading.cpuMs), 1),
    ];
  });
  const parts = ['camera', 'pixels', 'JPEG', 'beyond'];
  const head = ['size', 'camera', 'step', 'capture', 'ms p50', 'p90', 'x ffmpeg', ...parts, 'CPU ms'];
  return [table(head, rows), '', verdict(ordered)].join('\n');
}

/** Capture to encoded, beyond what the camera, the conversion and the encoder take alone: medians, ms. */
export function overhead({ latencies, camera, pixelsMs, encodeMs }: CaptureReading): number {
  const parts = pixelsMs.map((pixels, n) => pixels + (encodeMs[n] ?? 0));
  return p(latencies, 50) - p(camera.ages, 50) - p(parts, 50);
}

function verdict(readings: readonly CaptureReading[]): string {
  const known = readings.map(overhead).filter(ms => !Number.isNaN(ms));
  const above = known.filter(ms => ms > MOST_OVERHEAD_MS).length;
  if (known.length === 0) return 'The parts could not be measured.';
  return above === 0
    ? `Nothing takes more than ${MOST_OVERHEAD_MS} ms beyond its parts.`
    : `${above} of ${known.length} take more than ${MOST_OVERHEAD_MS} ms beyond their parts.`;
}

function isSame(a: CaptureReading, b: CaptureReading): boolean {
  return a.size.width === b.size.width && a.format === b.format && a.isTransformed === b.isTransformed;
}

function p(values: readonly number[], percent: number): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    percent,
  );
}
