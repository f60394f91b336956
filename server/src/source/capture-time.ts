/** A device's own stamp is believed when it is from the last second; drivers exist that stamp with other clocks. */
const OLDEST_STAMP_MS = 1000;

/**
 * When a picture was captured, ms on the monotonic clock.
 *
 * @param stampMs the device's own; undefined where it has none.
 */
export function captureTime(stampMs: number | undefined, now: number): number {
  return stampMs !== undefined && stampMs <= now && now - stampMs < OLDEST_STAMP_MS ? stampMs : now;
}
