import { missing } from '../support/requires.js';
import { run } from '../support/run.js';
import { benchCamera, FPS } from './contenders.js';
import { percentile } from './figures.js';
import { compiled } from './floor/compiled.js';

type Format = 'YUYV' | 'MJPG';

/** How old the camera's pictures are when the barest program has them: what no server can get below. */
export interface CameraShare {
  /** Median, ms; undefined when it could not be measured. */
  median: Record<Format, number | undefined>;
  said: string;
}

const SECONDS = 4;

export async function cameraShare(): Promise<CameraShare> {
  const ages = { YUYV: await cameraAges('YUYV'), MJPG: await cameraAges('MJPG') };
  const median = (format: Format): number | undefined => {
    const of = ages[format];
    return typeof of === 'string' ? undefined : percentile(of, 50);
  };
  const say = (format: Format): string => {
    const of = ages[format];
    if (typeof of === 'string') return `${format} ${of}`;
    return `${format} p50 ${percentile(of, 50).toFixed(1)}, p99 ${percentile(of, 99).toFixed(1)}`;
  };
  return {
    median: { YUYV: median('YUYV'), MJPG: median('MJPG') },
    said: `The camera's own share of the age, ms: ${say('YUYV')}; ${say('MJPG')}.`,
  };
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
