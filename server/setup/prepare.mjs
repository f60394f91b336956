import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putBackBinding } from './binding.mjs';
import { SetupError } from './child.mjs';
import { lockFolder } from './lock.mjs';
import {
  BUILD_NOTES,
  INSTALLED,
  lockHash,
  OUTPUTS,
  PREPARED,
  readPrepared,
  sourcesFingerprint,
  whatIsMissing,
} from './missing.mjs';
import { npm } from './npm.mjs';
import { Progress } from './progress.mjs';

const LOCK = '.framewire/preparing.lock';

/**
 * `--ignore-scripts`: no package that we use needs its own, and one would download what we do not use.
 * `--include=dev`: the clone is built here, also where NODE_ENV says production.
 * The retries are npm's own with shorter pauses, so that a machine without network hears of it within a minute.
 */
const INSTALL = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=3',
  '--fetch-retry-factor=3',
  '--fetch-retry-mintimeout=1000',
];

/**
 * Installs and builds what is missing in a clone, and nothing when nothing is. Two at once wait for each other.
 *
 * @param {URL} rootUrl folder of the clone
 * @throws {SetupError} with a sentence for a person and an exit code
 */
export async function prepare(rootUrl) {
  const root = fileURLToPath(rootUrl);
  if (isReady(whatIsMissing(root))) return;
  await inTurn(root, async (lock, progress) => {
    // What is due is asked afresh: somebody may have done it while we waited.
    await installIfDue(root, lock, progress);
    const why = whatIsMissing(root).build;
    if (why !== undefined) await build(root, why, lock, progress);
  });
}

/**
 * Does a piece of set-up while nobody else sets up this folder.
 *
 * @template T
 * @param {string} root
 * @param {(lock: import('./lock.mjs').FolderLock, progress: Progress) => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {SetupError} with a sentence for a person and an exit code
 */
export async function inTurn(root, work) {
  const progress = new Progress();
  const lock = await locked(root, progress);
  try {
    return await work(lock, progress);
  } catch (error) {
    progress.fail();
    throw sentence(root, error);
  } finally {
    lock.release();
  }
}

/**
 * Installs the packages of a clone when that is due, for whoever has the lock.
 *
 * @param {string} root
 * @param {import('./lock.mjs').FolderLock} lock
 * @param {Progress} progress
 */
export async function installIfDue(root, lock, progress) {
  const why = whatIsMissing(root).install;
  if (why !== undefined) await install(root, why, lock, progress);
}

/** @param {import('./missing.mjs').Missing} missing */
function isReady(missing) {
  return missing.install === undefined && missing.build === undefined;
}

/**
 * @param {string} root
 * @param {Progress} progress
 */
async function locked(root, progress) {
  let waiting = false;
  try {
    const lock = await lockFolder(join(root, LOCK), () => {
      if (!waiting) progress.begin('Another command is setting up this folder; waiting for it');
      waiting = true;
    });
    if (waiting) progress.done('The other command is done');
    return lock;
  } catch (error) {
    progress.fail();
    throw sentence(root, error);
  }
}

/**
 * @param {string} root
 * @param {string} why
 * @param {import('./lock.mjs').FolderLock} lock
 * @param {Progress} progress
 */
async function install(root, why, lock, progress) {
  const omits = process.env['NODE_ENV'] === 'production' || (process.env['npm_config_omit'] ?? '').includes('dev');
  const note = omits ? '; also those for building, which is done here, whatever NODE_ENV or omit say' : '';
  progress.begin(`Installing packages (${why}${note})`);
  rmSync(join(root, INSTALLED), { force: true });
  await npm(root, INSTALL, pid => lock.note(pid));
  // npm ci has emptied node_modules; what took minutes to compile need not be compiled again.
  putBackBinding(root);
  remember(root, { lock: lockHash(root) });
  progress.done('Packages installed');
}

/**
 * @param {string} root
 * @param {string} why
 * @param {import('./lock.mjs').FolderLock} lock
 * @param {Progress} progress
 */
async function build(root, why, lock, progress) {
  progress.begin(`Building (${why})`);
  // Before the build: what is edited during it must be built by the next start.
  const sources = sourcesFingerprint(root);
  if (OUTPUTS.some(output => !existsSync(join(root, output)))) {
    for (const notes of BUILD_NOTES) rmSync(join(root, notes), { force: true });
  }
  await npm(root, ['run', 'build', '--silent'], pid => lock.note(pid));
  remember(root, { sources });
  progress.done('Built');
}

/**
 * @param {string} root
 * @param {import('./missing.mjs').Prepared} done
 */
function remember(root, done) {
  writeFileSync(join(root, PREPARED), JSON.stringify({ ...readPrepared(root), ...done }));
}

/**
 * @param {string} root
 * @param {unknown} error
 */
function sentence(root, error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^(EROFS|EACCES|EPERM|EEXIST|ENOTDIR)$/.test(code)) {
    return new SetupError(`Set-up must write into ${root} and cannot (${code}): make it writable for this user.`);
  }
  if (code === 'ENOSPC') return new SetupError('The disk is full: an install needs about 600 MB. Free some space.');
  return error;
}
