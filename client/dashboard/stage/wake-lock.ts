/**
 * Keeps the screen on while pictures fill it. Browsers allow it to pages over HTTPS and of this machine; elsewhere the
 * screen goes dark as its owner has set it.
 */
export class WakeLock {
  #isWanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener('visibilitychange', () => void this.#update());
  }

  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    void this.#update();
  }

  async #update(): Promise<void> {
    if (!('wakeLock' in navigator)) return;
    try {
      if (!this.#isWanted) {
        await this.#lock?.release();
        this.#lock = null;
      } else if (!document.hidden && this.#lock?.released !== false) {
        this.#lock = await navigator.wakeLock.request('screen');
      }
    } catch {
      // Refused, as when the battery is low.
    }
  }
}
