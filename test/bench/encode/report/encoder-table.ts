import { median, percentile } from '../../report/figures.js';
import { text } from '../../report/report.js';
import { table } from '../../report/table.js';
import type { EncoderReading } from '../encoder-figures.js';
import { ENCODERS } from '../encoders.js';

/** So far may the bytes be from libjpeg's at equal quality. */
const BYTES_APART = 0.15;

/** One row for each size, quality and encoder, and what is out of the ordinary below. */
export function encoderTable(readings: readonly EncoderReading[]): string {
  const ordered = [...readings].sort(
    (a, b) => a.size.width - b.size.width || a.quality - b.quality || order(a.key) - order(b.key),
  );
  const rows = ordered.map(reading => {
    const ms = ascending(reading.ms);
    const shipped = siblingOf(readings, reading, 'ffmpeg');
    return [
      `${reading.size.width}x${reading.size.height}`,
      String(reading.quality),
      ENCODERS.find(({ key }) => key === reading.key)?.name ?? reading.key,
      text(percentile(ms, 50), 2),
      text(percentile(ms, 90), 2),
      text(shipped && percentile(ms, 50) / percentile(ascending(shipped.ms), 50), 2),
      text(median(reading.cpuMs), 2),
      text(reading.bytes / 1000, 1),
      text(againstIjg(readings, reading), 3),
      text(reading.fidelity?.ssim, 4),
      text(reading.fidelity?.psnr, 2),
    ];
  });
  const head = ['size', 'quality', 'encoder', 'ms p50', 'p90', 'x FFmpeg', 'CPU ms', 'kB', 'x IJG', 'SSIM', 'PSNR'];
  return [table(head, rows), '', outside(readings)].join('\n');
}

/** Bytes against those of libjpeg (sharp's, with its fixed tables and 4:2:0); undefined when it was not measured. */
export function againstIjg(readings: readonly EncoderReading[], reading: EncoderReading): number | undefined {
  const ijg = siblingOf(readings, reading, 'sharp');
  return ijg && reading.bytes / ijg.bytes;
}

function outside(readings: readonly EncoderReading[]): string {
  if (!readings.some(({ key }) => key === 'sharp')) return 'The bytes are compared with nothing: sharp was left out.';
  const found = readings.flatMap(reading => {
    const ratio = againstIjg(readings, reading) ?? 1;
    const { key, size, quality } = reading;
    return Math.abs(ratio - 1) > BYTES_APART
      ? [`${key} ${size.width}x${size.height} q${quality} ${text(ratio, 3)}`]
      : [];
  });
  const most = `${BYTES_APART * 100} %`;
  return found.length === 0
    ? `All bytes are within ${most} of IJG's.`
    : `Bytes more than ${most} from IJG's: ${found.join(', ')}.`;
}

/** What another encoder did with the same size and quality. */
function siblingOf(
  readings: readonly EncoderReading[],
  { size, quality }: EncoderReading,
  key: EncoderReading['key'],
): EncoderReading | undefined {
  return readings.find(other => other.key === key && other.size.width === size.width && other.quality === quality);
}

function order(key: EncoderReading['key']): number {
  return ENCODERS.findIndex(entry => entry.key === key);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
