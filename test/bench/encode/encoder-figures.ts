import type { Size } from '@framewire/shared/rendition';
import { ffmpegReaches } from '../../../server/src/encode/ffmpeg-jpeg.js';
import { missing } from '../../support/requires.js';
import { ENCODERS, type EncoderKey } from './encoders.js';
import { startEncoding, type Encoding } from './process/encoding.js';
import { fidelity, writeLuma, type Fidelity } from './fidelity.js';
import type { Others } from './others.js';
import { rotated } from './rotated.js';
import type { Scene } from './scene.js';

export const SIZES: readonly Size[] = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
export const QUALITIES = [30, 60, 85] as const;

/** What one encoder did with one size and quality, in all rounds. */
export interface EncoderReading {
  key: EncoderKey;
  size: Size;
  quality: number;
  /** Of one picture alone, from the pixels as they lie to the JPEG, ms; one figure a picture. */
  ms: number[];
  /** CPU of a picture, ms; one figure a round. */
  cpuMs: number[];
  /** Mean of a JPEG. */
  bytes: number;
  /** undefined where FFmpeg's program is missing. */
  fidelity: Fidelity | undefined;
}

export interface EncoderPlan {
  keys: readonly EncoderKey[];
  /** In each round, of each size and quality. */
  pictures: number;
  rounds: number;
  scene: Scene;
  others: Others;
  progress: (line: string) => void;
}

/** Runs the encoders in turn, another one first in each round, so that all meet the same machine. */
export async function measureEncoders(plan: EncoderPlan): Promise<EncoderReading[]> {
  using cut = startEncoding(false);
  using whole = startEncoding(true);
  const readings = new Map<string, EncoderReading>();
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`encoders, round ${round + 1} of ${plan.rounds}`);
    for (const size of SIZES) {
      for (const quality of QUALITIES) {
        for (const key of rotated(plan.keys, round).filter(candidate => reaches(candidate, quality))) {
          await measureOne({ key, size, quality }, plan, { cut, whole }, readings);
        }
      }
    }
  }
  return [...readings.values()];
}

/** FFmpeg's encoder has no step near the best qualities; the server does not use it there. */
function reaches(key: EncoderKey, quality: number): boolean {
  return !key.startsWith('ffmpeg') || ffmpegReaches(quality);
}

async function measureOne(
  cell: Pick<EncoderReading, 'key' | 'size' | 'quality'>,
  { scene, pictures, others }: EncoderPlan,
  { cut, whole }: { cut: Encoding; whole: Encoding },
  readings: Map<string, EncoderReading>,
): Promise<void> {
  const { key, size, quality } = cell;
  const entry = ENCODERS.find(candidate => candidate.key === key);
  if (entry === undefined) throw new Error(`There is no encoder ${key}.`);
  const id = `${size.width} ${quality} ${key}`;
  const before = readings.get(id);
  const canCompare = missing('ffmpeg') === undefined;
  const out = before === undefined && canCompare ? scene.file('encoded.mjpeg') : null;
  const inputs = [...(await scene.yuyv(size))];
  const job = { way: entry.way, ...size, quality, inputs, pictures, everyMs: 0, out };
  const done = await others.during(() => (entry.isWhole ? whole : cut).do(job));
  const ms = done.pixelsMs.map((pixelsMs, n) => pixelsMs + (done.encodeMs[n] ?? 0));
  if (before !== undefined) {
    before.ms.push(...ms);
    before.cpuMs.push(done.cpuMs);
    return;
  }
  const luma = scene.file(`${size.width}.gray`);
  if (out !== null) writeLuma(inputs, luma);
  readings.set(id, {
    ...cell,
    ms,
    cpuMs: [done.cpuMs],
    bytes: done.bytes,
    fidelity: out === null ? undefined : fidelity(out, luma, size),
  });
}
