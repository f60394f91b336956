import { parseArgs } from 'node:util';
import { within } from '../options.js';
import { ENCODERS, type EncoderKey } from './encoders.js';

const CAPTURES = ['capture-ffmpeg', 'capture-opencv'] as const;
const KEYS: readonly string[] = [...ENCODERS.map(({ key }) => key), ...CAPTURES];

export const HELP = `npm run bench:encode -- [options]

Measures the encoders side by side, and the way from the camera to the encoded picture through both capture engines;
prints two tables. What needs a missing tool is left out, and said.

  --only KEYS     parts to run, of: ${KEYS.slice(0, 6).join(', ')},
                  ${KEYS.slice(6).join(', ')} (default: all)
  --pictures N    pictures that each encoder encodes in a round, of each size and quality (default 20)
  --seconds N     how long each capture is measured in a round (default 2)
  --rounds N      how often the encoders are gone through; captures half as often (default 4)
  --out FILE      writes the same as Markdown
`;

export interface EncodeBenchOptions {
  encoders: readonly EncoderKey[];
  captures: readonly ('ffmpeg' | 'opencv')[];
  pictures: number;
  seconds: number;
  rounds: number;
  out: string | undefined;
}

/** @throws Error with a sentence for people. @returns undefined when help was asked for. */
export function encodeBenchOptions(args: readonly string[]): EncodeBenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      pictures: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '4' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',') ?? KEYS;
  const unknown = only.find(key => !KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`--only: there is no "${unknown}"; there are ${KEYS.join(', ')}.`);
  return {
    encoders: ENCODERS.map(({ key }) => key).filter(key => only.includes(key)),
    captures: (['ffmpeg', 'opencv'] as const).filter(engine => only.includes(`capture-${engine}`)),
    pictures: Math.round(within('pictures', values.pictures, 8, 1000)),
    seconds: within('seconds', values.seconds, 1, 60),
    rounds: Math.round(within('rounds', values.rounds, 1, 20)),
    out: values.out,
  };
}
