import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';

/** What happens while the server runs, for its operator: lines for people on stderr. */
export function createLog(): Logger {
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
  });
  return pino({ base: null }, stream);
}
