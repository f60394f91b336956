import { statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { FramewireError } from '../errors.js';
import type { Verbosity } from '../ops/log.js';
import { videoDevices } from '../source/camera.js';
import { UPRIGHT, compose, type Orientation } from '../source/orientation.js';
import { describeSpec, parseSource, type SourceSpec } from '../source/source-spec.js';
import { nameApart, splitName } from './stream-names.js';

/** Digits and nothing else: `Number` would take an empty text, from a variable that is not set, for 0. */
const decimal = (error: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, { error })
    .transform(Number);

const integer = (option: string, min: number, max: number) => {
  const error = `${option} is a whole number from ${min} to ${max}`;
  return decimal(error).pipe(z.number({ error }).int().min(min).max(max));
};

const size = z
  .string()
  .regex(/^\d{2,5}x\d{2,5}$/, { error: '--size is width x height, as 1280x720' })
  .transform(text => {
    const [width = 0, height = 0] = text.split('x').map(Number);
    return { width, height };
  })
  .refine(({ width, height }) => Math.min(width, height) >= 32 && Math.max(width, height) <= 16_384, {
    error: '--size is from 32x32 to 16384x16384',
  });

const FPS = '--fps is a number from 0.01 to 240';
const GRACE = '--grace is a number of seconds up to 86400, or "never" to keep sources open';

const origin = z.string().refine(text => text === '*' || (URL.canParse(text) && new URL(text).origin === text), {
  error: '--allow-origin is an origin, as https://example.org without a path, or * for all',
});

/** What the command line says, as text; defaults and bounds are here and nowhere else. */
const options = z.object({
  source: z.array(z.string()).default([]),
  size: size.optional(),
  fps: decimal(FPS)
    .pipe(z.number({ error: FPS }).min(0.01).max(240))
    .optional(),
  cameraFormat: z.enum(['auto', 'yuyv', 'mjpg'], { error: '--camera-format is auto, yuyv or mjpg' }).default('auto'),
  capture: z.enum(['auto', 'ffmpeg', 'opencv'], { error: '--capture is auto, ffmpeg or opencv' }).default('auto'),
  transform: z.array(z.string()).default([]),
  rotate: z.array(z.string()).default([]),
  flip: z.array(z.string()).default([]),
  host: z.string().min(1, { error: '--host is an address or a name' }).default('localhost'),
  port: integer('--port', 0, 65_535).default(8080),
  /** Seconds. */
  grace: z
    .union([z.literal('never'), decimal(GRACE).pipe(z.number({ error: GRACE }).max(86_400))], { error: GRACE })
    .default(10),
  maxViewers: integer('--max-viewers', 1, 100_000).default(1000),
  maxRenditions: integer('--max-renditions', 1, 64).default(6),
  allowOrigin: z.array(origin).default([]),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
});

export interface StreamConfig {
  name: string;
  spec: SourceSpec;
  /** How its pictures are to be turned, beyond what the source says itself. */
  orientation: Orientation;
  /** The user's own step for each picture, as the absolute path of its file; null without one. */
  transform: string | null;
  description: string;
}

/** Every setting there is, checked. */
export interface Config {
  /** At least one, with different names. */
  streams: readonly StreamConfig[];
  /** `localhost` (both families), `::` (all), or one address. */
  host: string;
  /** 0 for one that is free. */
  port: number;
  /** How long a source stays open without viewers, ms; Infinity: for ever. */
  graceMs: number;
  maxViewers: number;
  /** Renditions of one stream at the same time. */
  maxRenditions: number;
  /** Origins of further pages that may watch; `*` for all. */
  allowedOrigins: readonly string[];
  verbosity: Verbosity;
}

/** @throws FramewireError bad-option or source-unknown, with a sentence that names the option. */
export function parseConfig(given: unknown): Config {
  const parsed = options.safeParse(given);
  if (!parsed.success) {
    const sentence = parsed.error.issues[0]?.message ?? 'An option is wrong';
    throw new FramewireError('bad-option', `${sentence}.`, 'See: npm start -- --help');
  }
  const { host, port, grace, maxViewers, maxRenditions, allowOrigin, quiet, verbose } = parsed.data;
  if (quiet && verbose)
    throw new FramewireError('bad-option', '--quiet and --verbose exclude each other.', 'Leave one out.');
  return {
    streams: parseStreams(parsed.data),
    host,
    port,
    graceMs: grace === 'never' ? Infinity : grace * 1000,
    maxViewers,
    maxRenditions,
    allowedOrigins: allowOrigin,
    verbosity: quiet ? 'quiet' : verbose ? 'verbose' : 'normal',
  };
}

function parseStreams(given: z.infer<typeof options>): StreamConfig[] {
  const sourceOptions = {
    size: given.size ?? null,
    fps: given.fps ?? null,
    cameraFormat: given.cameraFormat,
    cameraCapture: given.capture,
  };
  const texts = given.source.length > 0 ? given.source : [videoDevices().length > 0 ? 'camera' : 'test'];
  const transforms = perStream('--transform', given.transform, parseTransform);
  const turns = perStream('--rotate', given.rotate, parseTurns);
  const flips = perStream('--flip', given.flip, parseFlip);
  const parsed = texts.map(text => {
    const { name: own, rest } = splitName(text);
    const { name, spec } = parseSource(rest, sourceOptions);
    return { name: own ?? name, isGiven: own !== undefined, spec };
  });
  const streams = nameApart(parsed).map(({ name, spec }) => {
    const orientation = compose({ turns: turns.of(name) ?? 0, isMirrored: false }, flips.of(name) ?? UPRIGHT);
    const transform = transforms.of(name) ?? null;
    return { name, spec, orientation, transform, description: describeSpec(spec) };
  });
  const names = streams.map(({ name }) => name);
  for (const option of [transforms, turns, flips]) option.refuseStray(names);
  return streams;
}

/** An option that is `VALUE` for all streams or `NAME=VALUE` for one; the last word counts, and a stream's own above all. */
function perStream<T>(option: string, texts: readonly string[], parse: (text: string) => T) {
  const given = texts.map(text => {
    const { name: stream, rest } = splitName(text);
    return { stream, value: parse(rest) };
  });
  return {
    of(name: string): T | undefined {
      const own = given.findLast(({ stream }) => stream === name);
      return (own ?? given.findLast(({ stream }) => stream === undefined))?.value;
    },
    /** @throws FramewireError bad-option */
    refuseStray(names: readonly string[]): void {
      const stray = given.find(({ stream }) => stream !== undefined && !names.includes(stream));
      if (stray?.stream === undefined) return;
      const sentence = `${option} names "${stray.stream}", and no stream has that name.`;
      throw new FramewireError('bad-option', sentence, `The streams are: ${names.join(', ')}`);
    },
  };
}

/** @returns the absolute path. @throws FramewireError bad-option */
function parseTransform(text: string): string {
  const file = path.resolve(text);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new FramewireError('bad-option', `--transform: there is no file ${text}.`, 'Check the path.');
  }
  return file;
}

/** @returns quarters clockwise. @throws FramewireError bad-option */
function parseTurns(text: string): number {
  const turns = ['0', '90', '180', '270'].indexOf(text);
  if (turns < 0)
    throw new FramewireError('bad-option', '--rotate is 0, 90, 180 or 270, clockwise.', 'See: npm start -- --help');
  return turns;
}

/** @throws FramewireError bad-option */
function parseFlip(text: string): Orientation {
  switch (text) {
    case 'none':
      return UPRIGHT;
    case 'horizontal':
      return { turns: 0, isMirrored: true };
    case 'vertical':
      return { turns: 2, isMirrored: true };
    default:
      throw new FramewireError('bad-option', '--flip is horizontal, vertical or none.', 'See: npm start -- --help');
  }
}
