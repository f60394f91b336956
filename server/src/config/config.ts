import { statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { AuthChoice } from '../access/entry.js';
import type { User } from '../access/grants.js';
import { FramewireError } from '../errors.js';
import type { LogFormat, LogLevel } from '../ops/log.js';
import { videoDevices } from '../source/camera.js';
import { UPRIGHT, compose, type Orientation } from '../source/orientation.js';
import { describeSpec, parseSource, type SourceSpec } from '../source/source-spec.js';
import type { TlsConfig } from '../tls/certificates.js';
import { problemsOf, serverSettings, streamSettings, type ServerSettings, type StreamSettings } from './settings.js';
import type { FileSettings } from './settings-file.js';
import { nameApart, splitName } from './stream-names.js';
import { tlsOf } from './tls-config.js';
import { PROGRAM_WITH } from '../package.js';

export interface StreamConfig {
  name: string;
  /** For people; the name where there is no other. */
  title: string;
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
  /** Whether viewers need a token; undefined: where others than this machine can connect. */
  auth: AuthChoice;
  /** Beside those of the state folder. */
  users: readonly User[];
  /** Undefined: plain HTTP. */
  tls: TlsConfig | undefined;
  /** How long a source stays open without viewers, ms; Infinity: for ever. */
  graceMs: number;
  maxViewers: number;
  /** Renditions of one stream at the same time. */
  maxRenditions: number;
  /** Origins of further pages that may watch; `*` for all. */
  allowedOrigins: readonly string[];
  logLevel: LogLevel;
  /** Undefined: as it follows from where the log goes. */
  logFormat: LogFormat | undefined;
}

const { title, rotate, flip, transform: _, ...alike } = streamSettings;

/** What the command line says: texts, lists of texts for what may be of one stream only, and switches. */
const flagShape = z.object({
  ...z.object({ ...serverSettings, ...alike }).partial().shape,
  source: z.array(z.string()).optional(),
  transform: z.array(z.string()).default([]),
  title: z.array(z.string()).default([]),
  rotate: z.array(z.string()).default([]),
  flip: z.array(z.string()).default([]),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
});
type Flags = z.infer<typeof flagShape>;

const environmentShape = z.object({ ...serverSettings, ...streamSettings, source: z.string() }).partial();
type Environment = z.infer<typeof environmentShape>;

/** Variables that begin as settings do, and are read elsewhere. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(['FRAMEWIRE_CONFIG', 'FRAMEWIRE_TOKEN']);

/** Of the environment, with commas between. */
const LISTS: ReadonlySet<string> = new Set(['allowOrigin', 'tlsName']);

/** A file's settings count less than the environment's, and these less than the command line's. */
export interface Layers {
  /** What commander has read. */
  readonly flags: unknown;
  readonly environment?: NodeJS.ProcessEnv;
  readonly file?: FileSettings | undefined;
}

/** @throws FramewireError bad-option, bad-config or source-unknown, with a sentence that names the setting. */
export function parseConfig({ flags: given, environment: variables = {}, file }: Layers): Config {
  const flags = parseFlags(given);
  const environment = parseEnvironment(variables);
  const setting = <Key extends keyof ServerSettings>(key: Key): ServerSettings[Key] =>
    flags[key] ?? environment[key] ?? file?.server[key];
  const grace = setting('grace') ?? 10;
  return {
    streams: parseStreams(flags, environment, file),
    host: setting('host') ?? 'localhost',
    port: setting('port') ?? 8080,
    auth: setting('auth'),
    users: file?.users ?? [],
    tls: tlsOf({ flags, environment, file: file?.server }, file?.folder),
    graceMs: grace === 'never' ? Infinity : grace * 1000,
    maxViewers: setting('maxViewers') ?? 1000,
    maxRenditions: setting('maxRenditions') ?? 6,
    allowedOrigins: setting('allowOrigin') ?? [],
    logLevel: shorthandLevel(flags) ?? setting('logLevel') ?? 'info',
    logFormat: setting('logFormat'),
  };
}

/** What `--quiet` and `--verbose` stand for. @throws FramewireError bad-option when one of them is not alone. */
function shorthandLevel({ quiet, verbose, logLevel }: Flags): LogLevel | undefined {
  const given = [quiet && '--quiet', verbose && '--verbose', logLevel !== undefined && '--log-level'].filter(
    option => option !== false,
  );
  if (given.length > 1) {
    throw new FramewireError('bad-option', `${given.join(' and ')} exclude each other.`, 'Leave one out.');
  }
  return quiet ? 'warn' : verbose ? 'debug' : undefined;
}

/** @throws FramewireError bad-option */
function parseFlags(given: unknown): Flags {
  const parsed = flagShape.safeParse(given);
  if (parsed.success) return parsed.data;
  const [problem] = problemsOf(parsed.error);
  throw badFlag(kebab(String(problem?.path[0] ?? '')), problem?.says ?? 'is wrong');
}

/** @throws FramewireError bad-config, with a line for each mistake. */
function parseEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const names = new Map(Object.keys(environmentShape.shape).map(key => [variableOf(key), key]));
  const own = Object.entries(variables).filter(([name]) => name.startsWith('FRAMEWIRE_') && !OTHER_VARIABLES.has(name));
  const strays = own.filter(([name]) => !names.has(name)).map(([name]) => `${name} is not a setting.`);
  const settings = own.flatMap(([name, value = '']) => {
    const key = names.get(name);
    // Composers of containers set what they have nothing for.
    if (key === undefined || value === '') return [];
    return [[key, LISTS.has(key) ? value.split(',').map(origin => origin.trim()) : value] as const];
  });
  const parsed = environmentShape.safeParse(Object.fromEntries(settings));
  const wrong = parsed.success ? [] : problemsOf(parsed.error);
  const sentences = [...strays, ...wrong.map(({ path: [key], says }) => `${variableOf(String(key))} ${says}.`)];
  if (parsed.success && sentences.length === 0) return parsed.data;
  throw new FramewireError('bad-config', sentences.join('\n'), `All settings: ${PROGRAM_WITH} config-schema`);
}

/** A source with what was said of it alone. */
interface Wanted {
  readonly text: string;
  /** By the user; undefined: it follows from the source. */
  readonly name: string | undefined;
  readonly settings: StreamSettings;
  /** Where its paths start. */
  readonly folder: string;
  /** How sentences about it begin, for those of a file. */
  readonly place: string | undefined;
}

function parseStreams(flags: Flags, environment: Environment, file: FileSettings | undefined): StreamConfig[] {
  const transforms = perStream('--transform', flags.transform, text => fileAt(process.cwd(), text, '--transform'));
  const titles = perStream('--title', flags.title, text => parseFlag('--title', title, text));
  const turns = perStream('--rotate', flags.rotate, text => parseFlag('--rotate', rotate, text));
  const flips = perStream('--flip', flags.flip, text => parseFlag('--flip', flip, text));
  const parsed = eachOrAllProblems(wantedStreams(flags, environment, file), wanted => {
    const { text, name: given, folder, settings } = wanted;
    const { name, spec } = parseSource(text, {
      size: flags.size ?? settings.size ?? null,
      fps: flags.fps ?? settings.fps ?? null,
      cameraFormat: flags.cameraFormat ?? settings.cameraFormat ?? 'auto',
      cameraCapture: flags.capture ?? settings.capture ?? 'auto',
      folder,
    });
    const transform = settings.transform === undefined ? undefined : fileAt(folder, settings.transform, 'transform');
    return { name: given ?? name, isGiven: given !== undefined, spec, settings, transform };
  });
  const streams = nameApart(parsed).map(({ name, spec, settings, transform }) => {
    const quarters = { turns: turns.of(name) ?? settings.rotate ?? 0, isMirrored: false };
    return {
      name,
      title: titles.of(name) ?? settings.title ?? name,
      spec,
      orientation: compose(quarters, flips.of(name) ?? settings.flip ?? UPRIGHT),
      transform: transforms.of(name) ?? transform ?? null,
      description: describeSpec(spec),
    };
  });
  const names = streams.map(({ name }) => name);
  for (const option of [titles, transforms, turns, flips]) option.refuseStray(names);
  return streams;
}

/** @throws FramewireError of the first where it is no file's; bad-config with a line for each mistake in a file. */
function eachOrAllProblems<T>(streams: readonly Wanted[], parse: (wanted: Wanted) => T): T[] {
  const problems: string[] = [];
  const parsed = streams.flatMap(wanted => {
    try {
      return [parse(wanted)];
    } catch (error) {
      if (wanted.place === undefined || !(error instanceof FramewireError)) throw error;
      const hint = error.hint.startsWith('Did you mean') ? ` ${error.hint.replace('--source ', '')}` : '';
      problems.push(`${wanted.place}: ${error.message}${hint}`);
      return [];
    }
  });
  if (problems.length > 0) throw new FramewireError('bad-config', problems.join('\n'));
  return parsed;
}

/** The layer that counts most of those that name streams names all of them. */
function wantedStreams(flags: Flags, { source, ...own }: Environment, file: FileSettings | undefined): Wanted[] {
  const folder = process.cwd();
  const texts = flags.source ?? (source === undefined ? undefined : [source]);
  if (texts === undefined && file?.streams !== undefined) {
    return file.streams.map(({ name, source: text, place, ...settings }) => ({
      text,
      name,
      settings: { ...settings, ...own },
      folder: file.folder,
      place,
    }));
  }
  return (texts ?? [videoDevices().length > 0 ? 'camera' : 'test']).map(text => {
    const { name, rest } = splitName(text);
    return { text: rest, name, settings: own, folder, place: undefined };
  });
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
function fileAt(folder: string, text: string, setting: string): string {
  const file = path.resolve(folder, text);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new FramewireError('bad-option', `${setting}: there is no file ${text}.`, 'Check the path.');
  }
  return file;
}

/** @throws FramewireError bad-option */
function parseFlag<T>(flag: string, schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw badFlag(flag, problemsOf(parsed.error)[0]?.says ?? 'is wrong');
}

function badFlag(flag: string, says: string): FramewireError {
  return new FramewireError('bad-option', `${flag} ${says}.`, `See: ${PROGRAM_WITH} --help`);
}

function kebab(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

function variableOf(key: string): string {
  return `FRAMEWIRE_${key.replaceAll(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`;
}
