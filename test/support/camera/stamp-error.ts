import type { ReceivedFrame } from '../server/viewer.js';
import { ageAt, readTimeCode } from './time-code.js';

/** So many pictures are looked at: whoever is held up between the camera's two looks at its clocks spoils one. */
const PICTURES = 9;

/**
 * How far the headers' times of capture are from those that the camera has painted into its pictures, ms: the median
 * of the newest. The one is of the monotonic clock, the other of the wall clock.
 *
 * @throws Error when a picture has no time code.
 */
export async function stampErrorMs(frames: readonly ReceivedFrame[]): Promise<number> {
  const errors: number[] = [];
  for (const { header, payload } of frames.slice(-PICTURES)) {
    const code = await readTimeCode(payload);
    if (header === undefined || code === undefined) throw new Error('The picture has no time code.');
    const offset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
    errors.push(Math.abs(ageAt(code, header.capturedAt + offset)));
  }
  return errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)] ?? NaN;
}
