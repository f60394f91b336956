import { watchFile } from 'node:fs';
import { FramewireError } from '../errors.js';
import type { FramewireServer } from '../server.js';

/** How often the file is looked at, ms: editors and tools replace files, which watchers lose sight of. */
const LOOK_MS = 2000;

/**
 * Has a server read its settings again when their file has changed, and at SIGHUP, unless that means that the terminal was
 * closed.
 *
 * @param file undefined: there is none.
 */
export function followSettings(file: string | undefined, server: Pick<FramewireServer, 'reload'>): void {
  const readAgain = () => {
    server.reload().catch((error: unknown) => {
      // What is wrong with settings was told, and has changed nothing.
      if (!(error instanceof FramewireError)) throw error;
    });
  };
  if (!process.stdin.isTTY) process.on('SIGHUP', readAgain);
  if (file !== undefined) watchFile(file, { interval: LOOK_MS, persistent: false }, readAgain);
}
