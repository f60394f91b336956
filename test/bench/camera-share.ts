import { missing } from '../support/requires.js';
import { run } from '../support/run.js';
import { benchCamera, FPS } from './contenders.js';
import { median, percentile } from './report/figures.js';
import { compiled } from './floor/compiled.js';
import { text } from './report/report.js';

export type Format = 'YUYV' | 'MJPG';

const SECONDS = 4;

/**
 * How old the camera's pictures are when the barest program has them: what no server can get below. Measured once a
 * round, since it hangs on how fast the machine makes the camera's JPEG at that time.
 */
export class CameraShare {
  readonly #rounds: Record<Format, (number[] | string)[]> = { YUYV: [], MJPG: [] };

  async measure(): Promise<void> {
    for (const format of ['YUYV', 'MJPG'] as const) this.#rounds[format].push(await cameraAges(format));
  }

  /** Median of the rounds' percentiles, ms; undefined when it could not be measured. */
  percentile(format: Format, percent: number): number | undefined {
    const measured = this.#rounds[format].filter(ages => typeof ages !== 'string');
    return measured.length === 0 ? undefined : median(measured.map(ages => percentile(ages, percent)));
  }

  get said(): string {
    return `The camera's own share of the age, ms: ${this.#say('YUYV')}; ${this.#say('MJPG')}.`;
  }

  #say(format: Format): string {
    const p50 = this.percentile(format, 50);
    if (p50 === undefined) return `${format} ${String(this.#rounds[format].at(-1))}`;
    return `${format} p50 ${text(p50, 1)}, p99 ${text(this.percentile(format, 99), 1)}`;
  }
}

/** @returns ages in ms, ascending; or why there are none. */
async function cameraAges(format: Format): Promise<number[] | string> {
  const camera = benchCamera({ formats: [format] });
  const reason = camera.skip ?? missing('gcc');
  if (camera.skip !== undefined || reason !== undefined) return `skipped: ${reason}`;
  await using reader = run(compiled('camera'), [format, String(FPS * SECONDS)], { env: camera.env });
  const { code } = await reader.exited;
  if (code !== 0) return `failed: ${reader.output()}`;
  return reader
    .output()
    .trim()
    .split('\n')
    .map(Number)
    .sort((a, b) => a - b);
}
