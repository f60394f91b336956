import type { ClockPong } from '@framewire/shared/clock';

/** Quick pings at first, so that latencies are known at once; then often enough for clocks that drift. */
const QUICK_PINGS = 5;
const QUICK_MS = 50;
const STEADY_MS = 5000;

/** How long a sample counts, ms. */
const WINDOW_MS = 60_000;
/** Two quartz clocks part by at most this much a ms; RFC 5905 allows each 15 ppm, laptops are seen with 50. */
const DRIFT = 100e-6;
/** Firefox rounds times to 1 ms, at each end of a sample. */
const RESOLUTION_MS = 2;

/** The server's clock minus this one lies between the two, as certain as a message arrives after it was sent. */
interface Bounds {
  lowestMs: number;
  highestMs: number;
}

interface Sample extends Bounds {
  rttMs: number;
  takenAt: number;
}

/**
 * The difference between the server's clock and this one, from pings and pongs.
 *
 * The ping gives an upper bound, the pong a lower one; the middle of what all samples of the last minute allow is
 * believed (Marzullo's algorithm, which NTP took over). It is never wrong by more than half the smallest round trip,
 * and mostly by less: pongs queue behind frames, pings do not, so one quick ping and one quick pong of different
 * samples are enough. A sample that waited long allows much and so decides nothing.
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

  /** @returns false for what is no answer to a ping of ours, or cannot be true; it is left out. */
  answered(pong: ClockPong, receivedAt: number): boolean {
    if (!this.#unanswered.delete(pong.sentAt)) return false;
    // Answers come in order; what is older than the answered ping will have none.
    for (const sentAt of this.#unanswered) if (sentAt < pong.sentAt) this.#unanswered.delete(sentAt);
    const highestMs = pong.serverReceivedAt - pong.sentAt;
    const lowestMs = pong.serverSentAt - receivedAt;
    const rttMs = highestMs - lowestMs;
    if (pong.serverSentAt < pong.serverReceivedAt || rttMs < -RESOLUTION_MS) return false;
    this.#add({ lowestMs, highestMs, rttMs: Math.max(0, rttMs), takenAt: receivedAt });
    return true;
  }

  /** The server's clock minus this one, ms; undefined before the first sample. */
  get offsetMs(): number | undefined {
    const newest = this.#samples.at(-1);
    if (newest === undefined) return undefined;
    const { lowestMs, highestMs } = common(this.#samples, newest.takenAt);
    return (lowestMs + highestMs) / 2;
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
    const recent = this.#samples.filter(older => older.takenAt > sample.takenAt - WINDOW_MS);
    const { lowestMs, highestMs } = common([...recent, sample], sample.takenAt);
    // They cannot all be right: a clock was set, or the machine slept. Only the new one can be trusted.
    const isContradiction = lowestMs > highestMs + RESOLUTION_MS;
    this.#samples = isContradiction ? [sample] : [...recent, sample];
  }
}

/** What all samples allow, each the less certain the older it is. */
function common(samples: readonly Sample[], now: number): Bounds {
  const driftMs = (sample: Sample): number => DRIFT * (now - sample.takenAt);
  return {
    lowestMs: Math.max(...samples.map(sample => sample.lowestMs - driftMs(sample))),
    highestMs: Math.min(...samples.map(sample => sample.highestMs + driftMs(sample))),
  };
}
