import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** npm writes this last, so it stands for a finished install. */
export const INSTALLED = 'node_modules/.package-lock.json';

/** Ours: what was installed and built last, as `Prepared`. */
export const PREPARED = '.framewire/prepared.json';

const PACKAGES = ['shared', 'server', 'client'];

/** What a build makes; when one is gone, everything is made again. */
export const OUTPUTS = [
  'shared/dist/protocol.js',
  'server/dist/main.js',
  'client/dist/npm/client.js',
  'client/dist/dashboard/index.html',
  'client/dist/browser/framewire.js',
  'client/dist/client.tgz',
  'server/dist/npm/main.js',
  'server/dist/client/client.tgz',
];

/** What tsc knows of its output; it does not look whether that is still there. */
export const BUILD_NOTES = PACKAGES.map(name => `${name}/dist/.tsbuildinfo`);

const ROOT_FILES = ['package.json', 'package-lock.json', 'tsconfig.base.json'];
const NO_SOURCE = /^(dist|node_modules)$|^\.|\.(md|tsbuildinfo)$/;

/**
 * @typedef {object} Prepared
 * @property {string} [lock] hash of the package-lock.json that was installed
 * @property {string} [sources] fingerprint of the sources that were built
 *
 * @typedef {object} Missing why a step is due; absent when it is not
 * @property {string} [install]
 * @property {string} [build]
 */

/**
 * Compares the folder with what was installed and built last. Reads only the clock of every source, no content, and
 * starts nothing: a start that has nothing to do pays some milliseconds for this.
 *
 * @param {string} root
 * @returns {Missing}
 */
export function whatIsMissing(root) {
  const prepared = readPrepared(root);
  const build = whyBuild(root, prepared);
  const install = whyInstall(root, prepared, build !== undefined);
  return { ...(install !== undefined && { install }), ...(build !== undefined && { build }) };
}

/**
 * @param {string} root
 * @param {Prepared} prepared
 * @param {boolean} needsTools
 */
function whyInstall(root, prepared, needsTools) {
  const installed = modifiedAt(join(root, INSTALLED));
  if (installed === undefined) return existsSync(join(root, 'node_modules')) ? 'half installed' : 'first start';
  // A checkout gives the lock file a new time and often the old content.
  const lock = modifiedAt(join(root, 'package-lock.json')) ?? 0;
  if (lock > installed && lockHash(root) !== prepared.lock) return 'package-lock.json has changed';
  if (needsTools && !existsSync(join(root, 'node_modules/typescript'))) return 'the tools for building are missing';
  return undefined;
}

/**
 * @param {string} root
 * @param {Prepared} prepared
 */
function whyBuild(root, prepared) {
  if (prepared.sources === undefined) return 'first start';
  if (OUTPUTS.some(output => !existsSync(join(root, output)))) return 'parts of the last build are gone';
  return prepared.sources === sourcesFingerprint(root) ? undefined : 'sources have changed';
}

/**
 * @param {string} root
 * @returns {string}
 */
export function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * Differs as soon as a source is edited, added, renamed or removed.
 *
 * @param {string} root
 * @returns {string}
 */
export function sourcesFingerprint(root) {
  const hash = createHash('sha256');
  const files = [...ROOT_FILES.map(name => join(root, name)), ...PACKAGES.flatMap(name => sources(join(root, name)))];
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(`${relative(root, file)} ${stat?.mtimeMs} ${stat?.size}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => !NO_SOURCE.test(entry.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sources(path) : [path];
    });
}

/**
 * @param {string} root
 * @returns {Prepared} empty when there is none, or when somebody has broken it
 */
export function readPrepared(root) {
  try {
    const { lock, sources: built } = JSON.parse(readFileSync(join(root, PREPARED), 'utf8'));
    return { lock, sources: built };
  } catch {
    return {};
  }
}

/** @param {string} path */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
