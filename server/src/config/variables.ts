import { readFileSync } from 'node:fs';
import path from 'node:path';

/** `${NAME}`, or `${NAME:-what to take without it}`. */
const VARIABLE = /\$\{([a-z_]\w*)(?::-([^}]*))?\}/gi;

/** @returns the value of that name; undefined when there is none. */
export type Variables = (name: string) => string | undefined;

/** systemd's credentials (systemd.exec(5), LoadCredential), then the environment: credentials are read by nobody else. */
export function variablesOf(environment: NodeJS.ProcessEnv): Variables {
  const { CREDENTIALS_DIRECTORY: folder = '' } = environment;
  return name => (folder === '' ? undefined : readCredential(path.join(folder, name))) ?? environment[name];
}

function readCredential(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

/**
 * Puts values in place of names. Values are not looked at again, and as it is done after parsing none of them can become
 * YAML.
 *
 * @param onValue gets each value that was found, which may be a secret.
 * @returns the text, or the first name that is not set and has nothing to stand in for it.
 */
export function expand(
  text: string,
  variables: Variables,
  onValue: (value: string) => void,
): { text: string } | { missing: string } {
  let missing: string | undefined;
  const expanded = text.replaceAll(VARIABLE, (whole, name: string, instead: string | undefined) => {
    const value = variables(name);
    if (value !== undefined && value !== '') {
      onValue(value);
      return value;
    }
    if (instead !== undefined) return instead;
    missing ??= name;
    return whole;
  });
  return missing === undefined ? { text: expanded } : { missing };
}
