import * as z from 'zod';
import { hideAlways } from '../ops/url-secrets.js';
import { parseConfig, type Config } from './config.js';
import { findSettingsFile, readSettingsFile } from './settings-file.js';
import { variablesOf } from './variables.js';

const CONFIG = { error: '--config is the path of a file' };

/** Where the settings of a run stand. */
export interface Settings {
  readonly config: Config;
  /** The file that was read; undefined: there is none. */
  readonly file: string | undefined;
}

/**
 * Puts the settings of the file, the environment and the command line together.
 *
 * @param flags as commander has read them.
 * @throws FramewireError bad-option, bad-config or source-unknown.
 */
export function loadConfig(flags: unknown, environment: NodeJS.ProcessEnv): Settings {
  const { config: given = environment['FRAMEWIRE_CONFIG'] } = z
    .object({ config: z.string(CONFIG).optional() })
    .parse(flags);
  const file = findSettingsFile(given === '' ? undefined : given, environment);
  const settings = file === undefined ? undefined : readSettingsFile(file, variablesOf(environment), hideAlways);
  return { config: parseConfig({ flags, environment, file: settings }), file };
}
