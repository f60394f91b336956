import { pino, stdTimeFunctions, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { withoutSecrets } from './url-secrets.js';

/**
 * From the fewest lines to the most. `info`: also sources, and viewers who come and go; `debug`: each of them by itself, each
 * snapshot and each attempt to open a source.
 */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
/** Sentences for people, or objects for programs, one a line. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A terminal is read by people; a pipe, a journal or a container's log mostly by programs. */
export function logFormat(wanted: LogFormat | undefined, isTerminal: boolean): LogFormat {
  return wanted ?? (isTerminal ? 'text' : 'json');
}

/**
 * What happens while the server runs, for its operator. Each line has a sentence; lines of a kind that programs may want to
 * tell apart have a field `event` as well, and what the sentence says of the stream, the viewer or the error in fields.
 *
 * @param write gets whole lines. A secret that came as far as here goes no farther.
 */
export function createLog(level: LogLevel, format: LogFormat, write = openStderr(format)): Logger {
  const forPrograms = {
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: stdTimeFunctions.isoTime,
  };
  const options = { base: null, level, ...(format === 'json' && forPrograms) };
  return pino(options, { write: line => write(redacted(line)) });
}

/** At once: what is written just before the process ends counts most. */
function openStderr(format: LogFormat): (line: string) => void {
  const stderr =
    format === 'json'
      ? pino.destination(2)
      : pretty({
          destination: 2,
          sync: true,
          colorize: hasColours(process.stderr.isTTY, process.env),
          // Fields are for programs; an error has a stack besides.
          include: 'level,time,msg,err',
          translateTime: 'SYS:HH:MM:ss',
          singleLine: true,
        });
  return line => void stderr.write(line);
}

function redacted(line: string): string {
  const clean: unknown = JSON.parse(line, (key, value: unknown) =>
    typeof value === 'string' && key !== 'level' && key !== 'time' ? withoutSecrets(value) : value,
  );
  return `${JSON.stringify(clean)}\n`;
}

/** Whether a terminal is to be written to in colour: https://no-color.org, and terminals that have none. */
export function hasColours(isTerminal: boolean, { NO_COLOR = '', TERM }: NodeJS.ProcessEnv): boolean {
  return isTerminal && NO_COLOR === '' && TERM !== 'dumb';
}
