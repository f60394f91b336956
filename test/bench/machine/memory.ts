import type { Contender } from '../contenders.js';
import { growth } from '../report/figures.js';
import { soak } from '../measure.js';

export interface Memory {
  /** As a share; undefined when it could not be measured. */
  growth: number | undefined;
  said: string;
}

const VIEWERS = 60;
const REPLACED_EACH_SECOND = 20;
const POINTS = 10;

/** Watches the server's memory while viewers come and go, half of them without a word. */
export async function memoryOverTime(contender: Contender, minutes: number): Promise<Memory> {
  const what = `${contender.name}, ${VIEWERS} viewers, ${REPLACED_EACH_SECOND} replaced each second, ${minutes} min`;
  if (contender.skip !== undefined) return { growth: undefined, said: `${what}: skipped: ${contender.skip}` };
  await using target = await contender.start();
  const track = await soak(target, {
    viewers: VIEWERS,
    samples: 0,
    churn: REPLACED_EACH_SECOND,
    seconds: minutes * 60,
  });
  const every = Math.max(1, Math.floor(track.length / POINTS));
  const points = track.filter((_, second) => second % every === 0).map(bytes => (bytes / 1e6).toFixed(0));
  return { growth: growth(track), said: `${what}: MB ${points.join(' ')}` };
}
