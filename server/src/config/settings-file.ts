import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import type { User } from '../access/grants.js';
import { FramewireError, messageOf } from '../errors.js';
import {
  problemsOf,
  serverSettings,
  streamSettings,
  type Problem,
  type ServerSettings,
  type StreamSettings,
} from './settings.js';
import { cleanName, refusedName } from './stream-names.js';
import { userProblems, usersFrom, usersSetting } from './user-settings.js';
import { expand, type Variables } from './variables.js';
import { parseYaml } from './yaml-lines.js';
import { PROGRAM_WITH } from '../package.js';
import { withoutSecrets } from '../ops/url-secrets.js';

/** A stream as the file describes it. */
export interface FileStream extends StreamSettings {
  name: string;
  source: string;
  /** How a sentence about it begins: `framewire.yaml:6: streams.gate`. */
  place: string;
}

export interface FileSettings {
  /** What its relative paths start from. */
  readonly folder: string;
  readonly server: ServerSettings;
  /** undefined: it names none. */
  readonly streams: readonly FileStream[] | undefined;
  readonly users: readonly User[];
}

const NAME = 'framewire.yaml';

/** So much of a wrong value stands in its sentence. */
const MOST_SHOWN = 40;

const sourceError = { error: ({ input }: { input?: unknown }) => (input === undefined ? 'is missing' : 'is a text') };

/** The source alone, or with settings of its own. */
const stream = z.preprocess(
  value => (typeof value === 'string' ? { source: value } : value),
  z.strictObject(
    {
      source: z.string(sourceError).describe('what to show, as behind `--source`'),
      ...z.object(streamSettings).partial().shape,
    },
    { error: 'is a source, or a list of settings with a source' },
  ),
);

/** The file as it is written. */
export const settingsFile = z.strictObject(
  {
    ...z.object(serverSettings).partial().shape,
    streams: z.record(z.string(), stream, { error: 'is a list of names, each with a source' }).optional(),
    users: usersSetting.optional(),
  },
  { error: 'The file is a list of settings, as port: 8080' },
);

/**
 * The file that is meant: the given one; else `framewire.yaml` in `$CONFIGURATION_DIRECTORY` (systemd.exec(5)) or in
 * `$XDG_CONFIG_HOME/framewire`, where it exists.
 */
export function findSettingsFile(given: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (given !== undefined) return path.resolve(given);
  const { CONFIGURATION_DIRECTORY = '', XDG_CONFIG_HOME = '' } = environment;
  const ofUser = path.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : path.join(homedir(), '.config');
  const folders = [...CONFIGURATION_DIRECTORY.split(':'), path.join(ofUser, 'framewire')];
  return folders.map(folder => path.join(folder, NAME)).find(file => path.isAbsolute(file) && existsSync(file));
}

/**
 * @param onSecret gets each value of a variable that stands in a source: nobody may see it.
 * @throws FramewireError bad-config, with a line for each mistake.
 */
export function readSettingsFile(file: string, variables: Variables, onSecret: (value: string) => void): FileSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FramewireError('bad-config', `The settings cannot be read: ${messageOf(error)}.`, 'Check the path.');
  }
  return parseSettingsFile({ text, file }, variables, onSecret);
}

/**
 * @param file the path of the text, for sentences and relative paths.
 * @param onSecret gets each value of a variable that stands in a source: nobody may see it.
 * @throws FramewireError bad-config, with a line for each mistake.
 */
export function parseSettingsFile(
  { text, file }: { readonly text: string; readonly file: string },
  variables: Variables,
  onSecret: (value: string) => void,
): FileSettings {
  const yaml = parseYaml(text);
  const name = path.basename(file);
  if (!yaml.ok) throw wrong([`${name}:${yaml.line}: This is not YAML. ${yaml.reason}.`]);
  const problems: Problem[] = [];
  const parsed = settingsFile.safeParse(
    expandAll(yaml.value ?? {}, [], { variables, onSecret, onProblem: problem => problems.push(problem) }),
  );
  // What could not be expanded is not wrong a second time.
  if (!parsed.success && problems.length === 0) problems.push(...problemsOf(parsed.error));
  for (const each of Object.keys(parsed.data?.streams ?? {})) {
    const reason = refusedName(cleanName(each));
    if (reason !== undefined) problems.push({ path: ['streams', each], says: reason });
  }
  const users = usersFrom(parsed.data?.users);
  problems.push(...userProblems(users));
  if (!parsed.success || problems.length > 0) {
    const sentences = problems.map(({ path: at, says }) => {
      const written = yaml.written(at);
      // Before it is shortened: of half a URL nobody knows what is secret.
      const shown = written === undefined ? undefined : withoutSecrets(written).slice(0, MOST_SHOWN);
      const isShown = !isSecret(at) && !says.startsWith('is not') && !says.includes('${');
      const value = shown === undefined || !isShown ? '' : `, not ${shown}`;
      return `${name}:${yaml.lineOf(at)}: ${[at.join('.'), says].filter(part => part !== '').join(' ')}${value}.`;
    });
    throw wrong(sentences);
  }
  const { streams, users: _, ...server } = parsed.data;
  const named = Object.entries(streams ?? {}).map(([key, each]) => {
    const place = `${name}:${yaml.lineOf(['streams', key])}: streams.${key}`;
    return { ...each, name: cleanName(key), place };
  });
  return { folder: path.dirname(file), server, streams: streams && named, users };
}

function wrong(sentences: readonly string[]): FramewireError {
  // Keys may be secrets at the wrong place, and the sentences are for administrators on the network as well.
  return new FramewireError(
    'bad-config',
    sentences.map(withoutSecrets).join('\n'),
    `All settings: ${PROGRAM_WITH} config-schema`,
  );
}

interface Expansion {
  readonly variables: Variables;
  readonly onSecret: (value: string) => void;
  readonly onProblem: (problem: Problem) => void;
}

/** A token, or what goes into the address of a camera, which may be its password. */
function isSecret([list, , key]: readonly PropertyKey[]): boolean {
  return (
    (list === 'users' && (key === undefined || key === 'token')) ||
    (list === 'streams' && (key === undefined || key === 'source'))
  );
}

function expandAll(value: unknown, at: readonly PropertyKey[], expansion: Expansion): unknown {
  if (Array.isArray(value)) return value.map((each, i) => expandAll(each, [...at, i], expansion));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, expandAll(each, [...at, key], expansion)]),
    );
  }
  if (typeof value !== 'string') return value;
  const expanded = expand(value, expansion.variables, found => isSecret(at) && expansion.onSecret(found));
  if ('text' in expanded) {
    if (at[0] === 'users' && isSecret(at)) expansion.onSecret(expanded.text);
    return expanded.text;
  }
  expansion.onProblem({ path: at, says: `needs \${${expanded.missing}}, which is not set` });
  return value;
}
