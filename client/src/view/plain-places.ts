/** Browsers open six connections to a server at a time, and its page needs some for other things. */
const MOST_FEEDS = 3;

/** Those who want a plain feed, in the order in which they came: the first of them have one. */
const wanting = new Set<() => void>();

/** @param start called once there is room, perhaps at once. */
export function wantFeed(start: () => void): void {
  wanting.add(start);
  if (wanting.size <= MOST_FEEDS) start();
}

/** @param start as it was given to `wantFeed`; one who waits may start in its place. */
export function leaveFeed(start: () => void): void {
  const before = new Set([...wanting].slice(0, MOST_FEEDS));
  wanting.delete(start);
  for (const next of [...wanting].slice(0, MOST_FEEDS)) if (!before.has(next)) next();
}
