import { watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { Settings } from '../config/load-config.js';
import { FramewireError } from '../errors.js';
import type { FramewireServer } from '../server.js';

/** How often the file is looked at, ms: editors and tools replace files, which watchers lose sight of. */
const LOOK_MS = 2000;

/**
 * Reads the settings again when their file has changed, and at SIGHUP, unless that means that the terminal was closed.
 * What is wrong is told, and changes nothing.
 */
export function followSettings(
  { file, reload }: Settings & { reload: () => Settings },
  server: Pick<FramewireServer, 'reload'>,
  log: Logger,
): void {
  const readAgain = async () => {
    try {
      const late = await server.reload(() => {
        const { config } = reload();
        log.level = config.logLevel;
        return config;
      });
      log.info('The settings have been read again.');
      if (late.length > 0) log.warn(`These hold from the next start on: ${late.join(', ')}.`);
    } catch (error) {
      if (!(error instanceof FramewireError)) throw error;
      for (const line of error.message.split('\n')) log.error(line);
      log.error(`The settings stay as they were. ${error.hint}`.trimEnd());
    }
  };
  if (!process.stdin.isTTY) process.on('SIGHUP', () => void readAgain());
  if (file !== undefined) watchFile(file, { interval: LOOK_MS, persistent: false }, () => void readAgain());
}
