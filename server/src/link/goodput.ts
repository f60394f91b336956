/** Bytes that arrived, with two marks: what came since the older one covers `GOODPUT_MS` to twice as much. */
export interface Goodput {
  readonly bytes: number;
  readonly older: { readonly bytes: number; readonly at: number };
  readonly newer: { readonly bytes: number; readonly at: number };
}

const GOODPUT_MS = 300;

const NEVER = { bytes: 0, at: -Infinity };

export const NO_GOODPUT: Goodput = { bytes: 0, older: NEVER, newer: NEVER };

/** @param lastAt when a frame had arrived before, ms. */
export function arrived(
  goodput: Goodput,
  { bytes, now }: { readonly bytes: number; readonly now: number },
  lastAt: number,
): Goodput {
  const total = goodput.bytes + bytes;
  // While the link stood still, or nothing was sent, nothing was to be learned.
  if (now - lastAt > GOODPUT_MS) return { bytes: total, older: NEVER, newer: { bytes: total, at: now } };
  if (now - goodput.newer.at < GOODPUT_MS) return { bytes: total, older: goodput.older, newer: goodput.newer };
  return { bytes: total, older: goodput.newer, newer: { bytes: goodput.bytes, at: now } };
}

/** Bytes per ms; 0 when not known. */
export function arrivalRate({ bytes, older }: Goodput, now: number): number {
  return older.at === -Infinity ? 0 : (bytes - older.bytes) / Math.max(1, now - older.at);
}
