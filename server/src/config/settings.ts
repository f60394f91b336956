import { isIP } from 'node:net';
import * as z from 'zod';
import { LOG_FORMATS, LOG_LEVELS } from '../ops/log.js';
import { UPRIGHT, type Orientation } from '../source/orientation.js';
import { isHostName } from '../tls/names.js';
import { cleanName } from './stream-names.js';

/**
 * Every setting there is: its name, its bounds, its default and what it means, for the settings file, the environment and
 * the command line alike. Where a value came from says how the sentence about it begins, so messages here have no subject.
 */

/** From a file it is a number, from the environment and the command line its digits: `Number` would take '' for 0. */
function number(min: number, max: number, what = `a number from ${min} to ${max}`) {
  const error = `is ${what}`;
  const within = z.number({ error }).min(min, { error }).max(max, { error });
  const digits = z
    .string()
    .regex(/^\d+(\.\d+)?$/, { error })
    .transform(Number);
  return z.union([within, digits.pipe(within)], { error });
}

function whole(min: number, max: number) {
  const error = `is a whole number from ${min} to ${max}`;
  return number(min, max, error.slice('is '.length)).pipe(z.int({ error }));
}

function word<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `is ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}` });
}

const SIZE = { error: 'is width x height, as 1280x720' };
const SIZE_BOUNDS = { error: 'is from 32x32 to 16384x16384' };

const size = z
  .string(SIZE)
  .regex(/^\d{2,5}x\d{2,5}$/, SIZE)
  .transform(text => {
    const [width = 0, height = 0] = text.split('x').map(Number);
    return { width, height };
  })
  .refine(({ width, height }) => Math.min(width, height) >= 32 && Math.max(width, height) <= 16_384, SIZE_BOUNDS);

const TURNS = { error: 'is 0, 90, 180 or 270, clockwise' };

/** Quarters clockwise. */
const rotate = z
  .union([z.enum(['0', '90', '180', '270']), z.literal([0, 90, 180, 270])], TURNS)
  .transform(degrees => Number(degrees) / 90);

const MIRRORED: Record<'horizontal' | 'vertical' | 'none', Orientation> = {
  none: UPRIGHT,
  horizontal: { turns: 0, isMirrored: true },
  vertical: { turns: 2, isMirrored: true },
};

const flip = word(['horizontal', 'vertical', 'none']).transform(way => MIRRORED[way]);

const ORIGIN = { error: 'is an origin, as https://example.org without a path, or * for all' };

const origin = z
  .string(ORIGIN)
  .refine(text => text === '*' || (URL.canParse(text) && new URL(text).origin === text), ORIGIN);

const PATH = { error: 'is the path of a file' };

const TITLE = { error: 'is a line of 1 to 100 characters' };

/** Of each stream. */
export const streamSettings = {
  title: z
    .string(TITLE)
    .transform(cleanName)
    .refine(text => /^\P{Cc}{1,100}$/u.test(text), TITLE)
    .describe('what people read in place of its name (default: the name), in any script'),
  size: size.describe('size to ask of cameras (default: 1280x720 if there); one that the camera lacks is refused'),
  fps: number(0.01, 240).describe(
    'rate to ask of cameras (default: 30 if there); of a URL with one picture, how often it is asked (default: 1)',
  ),
  cameraFormat: word(['auto', 'yuyv', 'mjpg']).describe(
    '`yuyv`, `mjpg`, or `auto`: raw where the camera gives size and rate so, else MJPG',
  ),
  capture: word(['auto', 'ffmpeg', 'opencv']).describe(
    'who reads cameras: `ffmpeg`, `opencv`, or `auto`: OpenCV with a `transform`, else FFmpeg',
  ),
  transform: z.string(PATH).min(1, PATH).describe('a file with your own OpenCV step for each picture'),
  rotate: rotate.describe('turns pictures clockwise by 0, 90, 180 or 270'),
  flip: flip.describe('then mirrors them: `horizontal`, `vertical` or `none`'),
};

const GRACE = 'a number of seconds up to 86400, or "never" to keep sources open';
const SWITCH = { error: 'is true or false' };
const OWN_NAME = { error: 'is a name or an address, as cameras.example.org, without https:// and without a port' };

const ownName = z.string(OWN_NAME).refine(text => isHostName(text) || isIP(text) !== 0, OWN_NAME);

const HOST = { error: 'is an address or a name' };

/** Of the server. */
export const serverSettings = {
  host: z
    .string(HOST)
    .min(1, HOST)
    .describe('address to listen on; `::` for all, IPv4 and IPv6 (default: this machine only)'),
  port: whole(0, 65_535).describe('port to listen on; 0 for any that is free (default: 8080)'),
  auth: word(['token', 'none']).describe(
    '`token`: viewers need one, on this machine too; `none`: nobody does (default: `token` where others can connect)',
  ),
  tls: z
    .union([z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')], SWITCH)
    .describe('https and wss only, with a certificate of its own making'),
  tlsName: z
    .union([z.array(ownName), ownName.transform(one => [one])], OWN_NAME)
    .describe('further names and addresses for that certificate'),
  tlsCert: z.string(PATH).min(1, PATH).describe('https and wss only, with the certificate in this file, PEM'),
  tlsKey: z.string(PATH).min(1, PATH).describe('the key of that certificate, PEM'),
  /** Seconds. */
  grace: z
    .union([z.literal('never'), number(0, 86_400, GRACE)], { error: `is ${GRACE}` })
    .describe('seconds after its last viewer until a source is closed (default: 10); `never` keeps it open'),
  maxViewers: whole(1, 100_000).describe('viewers of all streams together (default: 1000)'),
  maxRenditions: whole(1, 64).describe(
    'different sizes and qualities of one stream at the same time (default: 6); beyond, viewers get the nearest',
  ),
  allowOrigin: z
    .union([z.array(origin), origin.transform(one => [one])], ORIGIN)
    .describe('other sites whose pages may watch, or the name that a proxy has; `*` for all'),
  logLevel: word(LOG_LEVELS).describe(
    '`error`, `warn`, `info` (the default) or `debug`: also each snapshot, and each source that is being opened',
  ),
  logFormat: word(LOG_FORMATS).describe(
    '`text` for people; `json`, one object a line (default: `text` on a terminal, else `json`)',
  ),
};

const serverShape = z.object(serverSettings).partial();
const streamShape = z.object(streamSettings).partial();
export type ServerSettings = z.infer<typeof serverShape>;
export type StreamSettings = z.infer<typeof streamShape>;

/** One mistake in a layer of settings. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  /** A sentence without its subject: `is a number from 0.01 to 240`. */
  readonly says: string;
}

export function problemsOf({ issues }: z.ZodError): Problem[] {
  return issues.flatMap(({ path, message, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({ path: [...path, key], says: 'is not a setting' }))
      : [{ path, says: message }],
  );
}
