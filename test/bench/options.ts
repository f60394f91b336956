import { parseArgs } from 'node:util';

export const HELP = `npm run bench -- [options]

Measures Framewire beside its peers and beside the floor, in one run on this machine, and prints a table.
A row whose tools are missing says what it needs.

  --only KEYS       parts to run, of: camera, ws, wss, ws-plain, ws-mjpg, feed, flask, ustreamer, ustreamer-mjpg, floor, soak
                    (default: all; floors run beside whatever runs)
  --viewers COUNTS  numbers of viewers (default 1,100,200)
  --seconds N       how long each is measured (default 8)
  --rounds N        how often all is repeated; the table shows medians (default 1)
  --soak MINUTES    how long viewers come and go while memory is watched (default 1)
  --out FILE        writes the same as Markdown
`;

export interface BenchOptions {
  only: ReadonlySet<string> | undefined;
  /** Ascending. */
  viewers: readonly number[];
  seconds: number;
  rounds: number;
  soakMinutes: number;
  out: string | undefined;
}

const KEYS = [
  'camera',
  'ws',
  'wss',
  'ws-plain',
  'ws-mjpg',
  'feed',
  'flask',
  'ustreamer',
  'ustreamer-mjpg',
  'floor',
  'soak',
];

/** @throws Error with a sentence for people. @returns undefined when help was asked for. */
export function benchOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      viewers: { type: 'string', default: '1,100,200' },
      seconds: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '1' },
      soak: { type: 'string', default: '1' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',');
  const unknown = only?.find(key => !KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`--only: there is no "${unknown}"; there are ${KEYS.join(', ')}.`);
  return {
    only: only === undefined ? undefined : new Set(only),
    viewers: values.viewers
      .split(',')
      .map(count => within('viewers', count, 1, 1000))
      .sort((a, b) => a - b),
    seconds: within('seconds', values.seconds, 1, 600),
    rounds: within('rounds', values.rounds, 1, 20),
    soakMinutes: within('soak', values.soak, 0.1, 120),
    out: values.out,
  };
}

/** @throws Error with a sentence for people. */
export function within(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(value >= least && value <= most))
    throw new Error(`--${name}: a number from ${least} to ${most}, not "${text}".`);
  return value;
}
