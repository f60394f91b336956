import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';

/** quiet: what goes wrong; normal: also sources, and viewers who come and go; verbose: each of them, and each attempt. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

const LEVELS = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const;

/** What happens while the server runs, for its operator: lines for people on stderr. */
export function createLog(verbosity: Verbosity): Logger {
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: hasColours(process.stderr.isTTY, process.env),
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
  });
  return pino({ base: null, level: LEVELS[verbosity] }, stream);
}

/** From now on the log says so much. */
export function setVerbosity(log: Logger, verbosity: Verbosity): void {
  log.level = LEVELS[verbosity];
}

/** Whether a terminal is to be written to in colour: https://no-color.org, and terminals that have none. */
export function hasColours(isTerminal: boolean, { NO_COLOR = '', TERM }: NodeJS.ProcessEnv): boolean {
  return isTerminal && NO_COLOR === '' && TERM !== 'dumb';
}
