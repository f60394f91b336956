import type { ClockPong } from '@framewire/shared/clock';

/** Quick pings at first, so that latencies are known after some 100 ms; then often enough for clocks that drift. */
const QUICK_PINGS = 5;
const QUICK_MS = 50;
const STEADY_MS = 5000;

/** How long a sample counts, ms. */
const WINDOW_MS = 60_000;
/** Two quartz clocks part by at most this much a ms; RFC 5905 allows 15 ppm each, laptops are seen with 50. */
const DRIFT = 100e-6;
/** Firefox rounds times to 1 ms, at each end of a sample. */
const RESOLUTION_MS = 2;

interface Sample {
  /** The server's clock minus this one, ms; wrong by at most `rttMs / 2`. */
  offsetMs: number;
  rttMs: number;
  takenAt: number;
}

/**
 * The difference between the server's clock and this one, after NTP's clock filter (RFC 5905, section 10): of the
 * samples of the last minute, the one with the smallest possible error is believed, that is half its round trip plus
 * what the clocks may have drifted since. A sample that queued behind a frame is long and so never wins.
 *
 * One belongs to one connection, because a restarted server has another clock. Times are ms on `performance.now()`.
 */
export class ClockSync {
  #samples: Sample[] = [];
  readonly #unanswered = new Set<number>();
  #pings = 0;

  /** Notes a ping sent at `now`. @returns when to send the next, in ms. */
  pinged(now: number): number {
    this.#unanswered.add(now);
    this.#pings++;
    return this.#pings < QUICK_PINGS ? QUICK_MS : STEADY_MS;
  }

  /** @returns false for the answer to no ping of ours, which is left out. */
  answered(pong: ClockPong, receivedAt: number): boolean {
    if (!this.#unanswered.delete(pong.sentAt)) return false;
    // Answers come in order; what is older than the answered ping will have none.
    for (const sentAt of this.#unanswered) if (sentAt < pong.sentAt) this.#unanswered.delete(sentAt);
    const heldMs = pong.serverSentAt - pong.serverReceivedAt;
    const rttMs = receivedAt - pong.sentAt - heldMs;
    if (heldMs < 0 || rttMs < -RESOLUTION_MS) return false;
    const offsetMs = (pong.serverReceivedAt - pong.sentAt + (pong.serverSentAt - receivedAt)) / 2;
    this.#add({ offsetMs, rttMs: Math.max(0, rttMs), takenAt: receivedAt });
    return true;
  }

  /** The server's clock minus this one, ms; undefined before the first sample. */
  get offsetMs(): number | undefined {
    return this.#best?.offsetMs;
  }

  /** The smallest round trip of the last minute, ms. */
  get rttMs(): number | undefined {
    return this.#samples.length === 0 ? undefined : Math.min(...this.#samples.map(sample => sample.rttMs));
  }

  /** From a time on the server's clock to one on this clock, ms; undefined before the first sample. */
  since(serverTime: number, now: number): number | undefined {
    const offsetMs = this.offsetMs;
    return offsetMs === undefined ? undefined : now + offsetMs - serverTime;
  }

  #add(sample: Sample): void {
    const best = this.#best;
    // Both cannot be right: a clock was set or the machine slept. Only the new one can be trusted.
    if (best !== undefined && Math.abs(sample.offsetMs - best.offsetMs) > mayDiffer(best, sample)) this.#samples = [];
    this.#samples = this.#samples.filter(older => older.takenAt > sample.takenAt - WINDOW_MS);
    this.#samples.push(sample);
  }

  get #best(): Sample | undefined {
    const now = this.#samples.at(-1)?.takenAt ?? 0;
    return this.#samples.toSorted((a, b) => possibleError(a, now) - possibleError(b, now))[0];
  }
}

function possibleError(sample: Sample, now: number): number {
  return sample.rttMs / 2 + DRIFT * (now - sample.takenAt);
}

function mayDiffer(older: Sample, newer: Sample): number {
  return possibleError(older, newer.takenAt) + newer.rttMs / 2 + RESOLUTION_MS;
}
