/**
 * What a viewer that says `next` after each picture may still be sent. Pure.
 *
 * Exact whatever lies between: kernels' buffers, proxies, and a library that reads ahead of its program all look like
 * pictures that have arrived, and only the program knows which of them it has taken.
 */
export interface Credit {
  /** Pictures that it was sent and has not asked to be followed: those on their way, those that wait for it, the one it works on. */
  readonly untaken: number;
  /** Whether it ever said `next`: until then nothing is bounded here. */
  readonly isAsked: boolean;
}

export const NO_CREDIT: Credit = { untaken: 0, isAsked: false };

/**
 * Said so many times in advance, `next` lets pictures follow one another over a long path. More is a mistake, and would
 * let pictures pile up again.
 */
const MOST_IN_ADVANCE = 16;

export function creditSpent(credit: Credit): Credit {
  return { ...credit, untaken: credit.untaken + 1 };
}

export function creditGiven({ untaken }: Credit): Credit {
  return { untaken: Math.max(-MOST_IN_ADVANCE, untaken - 1), isAsked: true };
}

/** One picture comes without being asked for, the first; each after it for one `next`. */
export function hasCredit({ untaken, isAsked }: Credit): boolean {
  return !isAsked || untaken < 1;
}
