import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindingFolder, isBindingBuilt, keepBinding, putBackBinding } from './binding.mjs';
import { explain, runChild, SetupError } from './child.mjs';
import { findOpencv, installPackages, missingPackages } from './debian.mjs';
import { inTurn, installIfDue } from './prepare.mjs';

/** A compiler takes 0.4 GB, and 1 GB for the largest files; with less for each, the machine would swap or kill some. */
const BYTES_PER_COMPILER = 750e6;

/** @type {[RegExp, string][]} */
const CAUSES = [
  [
    /ENOSPC|No space left on device/,
    'The disk is full: the build needs about 100 MB. Free some space and run it again.',
  ],
  [
    /Killed (signal|\(program)|: Killed|virtual memory exhausted|[Cc]annot allocate memory/,
    'There is not enough memory to compile: close something, or add swap space, and run it again.',
  ],
  [
    /EROFS|EACCES|EPERM|Permission denied|Read-only file system/,
    'A file may not be written: see that this user owns this folder.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|FetchError|response downloading/,
    'The headers of this Node are not beside it, and cannot be downloaded from nodejs.org: check the connection or the proxy, or use a Node that comes with `include/node`.',
  ],
  [
    /find Python|Could not find any Python/,
    'The Python that is here is too old or broken: the build needs Python 3.6 or newer.',
  ],
  [
    /opencv2\/\S+: No such file|cannot find -lopencv/,
    'A part of OpenCV is not installed: `apt-get install --reinstall libopencv-dev` brings it back.',
  ],
  [
    / error: /,
    'The binding does not fit this OpenCV or this compiler; it does fit OpenCV 4.6 and g++ 12 of Debian 12.',
  ],
];

/**
 * Makes OpenCV usable: Debian's packages, those of the clone, the binding compiled and tried. What is there is kept; an
 * OpenCV that works already is found within a second.
 *
 * @param {URL} rootUrl folder of the clone
 * @returns {Promise<string>} a sentence that says what is ready now
 * @throws {SetupError} with a sentence for a person and an exit code
 */
export async function setUpOpencv(rootUrl) {
  const startedAt = performance.now();
  const root = fileURLToPath(rootUrl);
  if (missingPackages().length === 0 && isBindingBuilt(root)) {
    const { version } = await check(root);
    if (version !== undefined) return `OpenCV ${version} is ready, there is nothing to do.`;
  }
  const version = await inTurn(root, async (lock, progress) => {
    await installPackages(root, progress);
    await installIfDue(root, lock, progress);
    putBackBinding(root);
    const usable = (await check(root)).version;
    if (usable === undefined) await build(root, lock, progress);
    const working = usable ?? (await mustWork(root));
    keepBinding(root);
    return working;
  });
  return `OpenCV ${version} is ready, after ${Math.round((performance.now() - startedAt) / 1000)} s.`;
}

/**
 * @param {import('./child.mjs').Ended} ended
 * @returns {string} one sentence: what to do
 */
export function explainBuild(ended) {
  return explain(CAUSES, 'The build', ended);
}

/**
 * The package's own installer is not used: it would compile OpenCV too, and says that all went well when nothing did.
 *
 * @param {string} root
 * @param {import('./lock.mjs').FolderLock} lock
 * @param {import('./progress.mjs').Progress} progress
 */
async function build(root, lock, progress) {
  const folder = bindingFolder(root);
  const nodeGyp = folder === undefined ? undefined : findNodeGyp(folder);
  if (folder === undefined || nodeGyp === undefined) {
    throw new SetupError(
      'npm has left out the optional package @u4/opencv4nodejs: ' +
        '`npm ci --ignore-scripts --include=dev --include=optional` brings it.',
    );
  }
  const opencv = findOpencv();
  if (opencv === undefined) throw new SetupError('OpenCV has gone while this was set up: run it again.');
  const total = countSources(folder);
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_COMPILER)));
  const old = isBindingBuilt(root) ? ', because the last build does not load' : '';
  progress.begin(`Building OpenCV's binding (on ${jobs} ${jobs === 1 ? 'core' : 'cores'}${old})`);
  const ended = await runChild({
    command: process.execPath,
    args: [nodeGyp, 'rebuild', `--jobs=${jobs}`, ...nodeHeaders()],
    cwd: folder,
    env: {
      OPENCV4NODEJS_DISABLE_AUTOBUILD: '1',
      OPENCV_INCLUDE_DIR: opencv.include,
      OPENCV_LIB_DIR: opencv.lib,
      // The lines that are counted and the errors that are explained come so and in English only.
      npm_config_loglevel: 'info',
      LC_ALL: 'C.UTF-8',
    },
    onStart: pid => lock.note(pid),
    onOutput: output => progress.step(`file ${countCompiled(output)} of ${total}`),
  });
  if (ended.exitCode !== 0) {
    throw new SetupError(`${compilerErrors(ended.output)}\n\n${explainBuild(ended)}`);
  }
  progress.done("OpenCV's binding built");
}

/**
 * @param {string} root
 * @returns {Promise<{ version?: string | undefined, output: string }>} the version of an OpenCV that works
 */
async function check(root) {
  if (!isBindingBuilt(root)) return { output: '' };
  const { exitCode, output } = await runChild({
    command: process.execPath,
    args: [join(root, 'server/setup/opencv-check.mjs')],
    cwd: root,
  });
  return { version: exitCode === 0 ? /^OpenCV (\S+)$/m.exec(output)?.[1] : undefined, output };
}

/** @param {string} root */
async function mustWork(root) {
  const { version, output } = await check(root);
  if (version !== undefined) return version;
  throw new SetupError(`${lastLines(output, 20)}\n\nOpenCV's binding is built and does not work; why is above.`);
}

/**
 * Node-gyp would download them, which needs a network; most Nodes have them beside them.
 *
 * @returns {string[]}
 */
function nodeHeaders() {
  const folder = join(dirname(process.execPath), '..');
  const version = join(folder, 'include/node/node_version.h');
  const [major] = process.versions.node.split('.');
  const isOurs = existsSync(version) && readFileSync(version, 'utf8').includes(`#define NODE_MAJOR_VERSION ${major}\n`);
  return isOurs ? [`--nodedir=${folder}`] : [];
}

/**
 * npm puts it beside the binding or above it.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
function findNodeGyp(folder) {
  const path = join(folder, 'node_modules/node-gyp/bin/node-gyp.js');
  if (existsSync(path)) return path;
  return folder === dirname(folder) ? undefined : findNodeGyp(dirname(folder));
}

/** @param {string} folder */
function countSources(folder) {
  return (readFileSync(join(folder, 'binding.gyp'), 'utf8').match(/"cc\/.*\.cc"/g) ?? []).length;
}

/** @param {string} output */
function countCompiled(output) {
  return (output.match(/^ {2}CXX\(target\)/gm) ?? []).length;
}

/**
 * The first error is the cause, the end says what gave up.
 *
 * @param {string} output
 */
function compilerErrors(output) {
  const lines = output.trim().split('\n');
  const first = lines.findIndex(line => / error: |\*\*\* /.test(line));
  const end = lastLines(output, 10);
  if (first === -1 || first > lines.length - 12) return lastLines(output, 20);
  return `${lines.slice(first, first + 12).join('\n')}\n[...]\n${end}`;
}

/**
 * @param {string} output
 * @param {number} count
 */
function lastLines(output, count) {
  return output.trim().split('\n').slice(-count).join('\n');
}
