import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CONFIG_COMMANDS } from '../../server/src/cli/config-commands.js';
import { loadConfig } from '../../server/src/config/load-config.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = 'server/ops/Dockerfile';

/** Its instructions, as `[FROM, node:22 AS build]`, lines that belong together joined. */
const instructions = readFileSync(join(root, file), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(line => line !== '')
  .map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
const all = (name: string): string[] => instructions.flatMap(([is, rest]) => (is === name ? [rest] : []));

it('the image stands on an exact version of Node', () => {
  expect(all('FROM')).toHaveLength(2);
  for (const base of all('FROM')) expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim\b/);
});

it('the image takes along what the package holds, and nothing of the machine that builds it', () => {
  const copied = all('COPY').filter(rest => rest.startsWith('--from=build'));
  const paths = copied.flatMap(rest => rest.split(' ').slice(1, -1)).map(path => path.replace('/framewire/', ''));
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
  expect(paths.filter(path => /^\.|^test|src/.test(path))).toEqual([]);
  const ignored = readFileSync(join(root, `${file}.dockerignore`), 'utf8').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.git', '.framewire', '**/node_modules', '**/dist']));
});

it('the container is nobody’s root, looks after its health and stands under settings that there are', () => {
  const names = instructions.map(([name]) => name);
  expect(names.indexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
  expect(all('USER')).toEqual(['node']);
  const [, command = ''] = /CMD \["framewire", "([^"]+)"\]$/.exec(all('HEALTHCHECK')[0] ?? '') ?? [];
  expect(CONFIG_COMMANDS).toContain(command);
  const pairs = all('ENV').flatMap(rest => rest.split(' '));
  const environment: Record<string, string> = {};
  for (const pair of pairs) environment[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1);
  expect(loadConfig({}, { ...environment, FRAMEWIRE_SOURCE: 'test' }).config.host).toBe('::');
  expect(Object.keys(environment).filter(name => /token|password|secret/i.test(name))).toEqual([]);
  expect(all('VOLUME')).toEqual([environment['STATE_DIRECTORY']]);
});
