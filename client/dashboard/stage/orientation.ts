/** Not in every browser, and not in TypeScript's list of what they have. */
interface Lockable {
  lock(orientation: 'landscape' | 'portrait'): Promise<void>;
}

/** A phone in fullscreen turns its screen as the picture lies, whichever way it is held. */
export function turnScreen(isFull: boolean, aspect: number): void {
  const { orientation } = screen;
  if (!isFull) orientation.unlock();
  else if (isLockable(orientation)) {
    // Refused by all that are no phones.
    orientation.lock(aspect >= 1 ? 'landscape' : 'portrait').catch(() => undefined);
  }
}

function isLockable(orientation: ScreenOrientation): orientation is ScreenOrientation & Lockable {
  return 'lock' in orientation;
}
