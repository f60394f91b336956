/** What a link carries, over time. */
export interface Rate {
  /** When so many bytes have passed that begin at `start`, ms. */
  finish(start: number, bytes: number): number;
  /** Bytes per ms. */
  at(time: number): number;
}

/** From when on which rate, bytes per ms; the first begins at 0. */
export type RatePlan = readonly { readonly from: number; readonly bytesPerMs: number }[];

export function rateOf(plan: RatePlan): Rate {
  const indexAt = (time: number) =>
    Math.max(
      0,
      plan.findLastIndex(({ from }) => from <= time),
    );
  return {
    at: time => plan[indexAt(time)]?.bytesPerMs ?? 0,
    finish(start, bytes) {
      let time = start;
      let left = bytes;
      for (let index = indexAt(start); ; index += 1) {
        const rate = plan[index]?.bytesPerMs ?? 0;
        const end = plan[index + 1]?.from ?? Infinity;
        const possible = rate === 0 ? 0 : (end - time) * rate;
        if (left <= possible) return time + left / rate;
        if (end === Infinity) return Infinity;
        left -= possible;
        time = end;
      }
    },
  };
}

export interface RandomRates {
  /** Bytes per ms. */
  readonly low: number;
  readonly high: number;
  readonly everyMs: number;
  readonly untilMs: number;
}

/** Another rate every `everyMs`, anywhere between the two. */
export function randomPlan({ low, high, everyMs, untilMs }: RandomRates, random: () => number): RatePlan {
  return Array.from({ length: Math.ceil(untilMs / everyMs) + 1 }, (_, index) => ({
    from: index * everyMs,
    bytesPerMs: low + random() * (high - low),
  }));
}

/** The link stands still from `from` for `forMs`. */
export function withPause(plan: RatePlan, from: number, forMs: number): RatePlan {
  const rate = rateOf(plan);
  const outside = plan.filter(step => step.from < from || step.from > from + forMs);
  const pause = [
    { from, bytesPerMs: 0 },
    { from: from + forMs, bytesPerMs: rate.at(from + forMs) },
  ];
  return [...outside, ...pause].toSorted((a, b) => a.from - b.from);
}
