import { carriedRate } from '../../link/carried-rate.js';
import { carriesWish, type Adaptation } from './adaptation.js';
import type { AdaptationEvent } from './fitting.js';

/** For people: why a link is given less than was asked for; empty when it need not be. @param given what it is given. */
export function linkReason(adaptation: Adaptation | undefined, event: AdaptationEvent, given: string): string {
  const { link, ladder } = event;
  const rate = carriedRate(link);
  // A link that lets bursts through measures faster than it is.
  const isEnough = rate === undefined || rate * 1000 > ladder.bytes(0) * ladder.fps;
  if (isEnough && adaptation?.hold !== undefined) return `Larger pictures came late over this link: ${given}.`;
  if (rate === undefined || carriesWish(event)) return '';
  return `The link carries ${megabits(rate)} Mbit/s: ${given}.`;
}

/** @param rate bytes per ms. */
function megabits(rate: number): string {
  const megabitsPerSecond = (rate * 8) / 1000;
  return megabitsPerSecond < 10 ? megabitsPerSecond.toFixed(1) : megabitsPerSecond.toFixed(0);
}
