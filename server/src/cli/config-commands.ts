import * as z from 'zod';
import { loadConfig } from '../config/load-config.js';
import { settingsFile } from '../config/settings-file.js';
import { FramewireError } from '../errors.js';
import { PROGRAM_WITH } from '../package.js';
import { askReady } from './health.js';

/** Commands about the settings. They open no device and listen on nothing. */
export const CONFIG_COMMANDS: readonly string[] = ['check-config', 'config-schema', 'health'];

/**
 * Runs one of them.
 *
 * @param args of the command line, that word first.
 * @returns what to print.
 * @throws FramewireError bad-config with a line for each mistake, bad-option, or not-ready.
 */
export async function runConfigCommand(
  [command, file, ...rest]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const isFile = command === 'check-config' && file?.startsWith('-') !== true;
  if (rest.length > 0 || (file !== undefined && !isFile)) {
    const hint = command === 'check-config' ? `As: ${PROGRAM_WITH} check-config framewire.yaml` : 'It takes nothing.';
    throw new FramewireError('bad-option', `${command ?? ''} does not take "${rest[0] ?? file ?? ''}".`, hint);
  }
  switch (command) {
    case 'config-schema':
      return JSON.stringify(z.toJSONSchema(settingsFile, { io: 'input', unrepresentable: 'any' }), null, 2);
    case 'health':
      return askReady(loadConfig({}, environment).config);
    default:
      return checked(file, environment);
  }
}

function checked(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  const { file, config } = loadConfig(given === undefined ? {} : { config: given }, environment);
  if (file === undefined) return 'There is no settings file; all settings have their defaults.';
  return `${file} is right. Streams: ${config.streams.map(({ name }) => name).join(', ')}.`;
}
