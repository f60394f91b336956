import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `condition` gives something, asking every 20 ms: for what announces itself by no event, as files and
 * other processes. The time limit only ends a test that would wait for ever, so it is far above what a busy machine takes.
 * @throws Error naming `what` after `withinMs`.
 */
export async function eventually<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
  withinMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`No ${what} in ${withinMs} ms.`);
    await sleep(20);
  }
}
