import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { explain, runChild, SetupError } from './child.mjs';

/** @type {[RegExp, string][]} */
const CAUSES = [
  [
    /No space left on device|enough free space/,
    'The disk is full: free some space, then run `npm run setup:opencv` again.',
  ],
  [
    /Temporary failure resolving|Could not (resolve|connect)|Unable to connect|Connection (failed|timed out)|Network is unreachable/,
    "Debian's packages cannot be reached: check the connection, the proxy and /etc/apt/sources.list, then run `npm run setup:opencv` again.",
  ],
  [
    /Could not get lock|Unable to (acquire|lock)/,
    'Another program is installing packages: wait for it, then run `npm run setup:opencv` again.',
  ],
  [/dpkg was interrupted/, 'An earlier installation was cut off: `dpkg --configure -a` finishes it.'],
  [
    /Unable to locate package|has no installation candidate/,
    'apt-get does not know a package that is needed: Debian 12 has them in `main`, see /etc/apt/sources.list.',
  ],
];

const LIBRARY = /^libopencv_(core|world)\.(so|dylib)$/;

/**
 * @typedef {object} Opencv
 * @property {string} include folder of the headers
 * @property {string} lib folder of the libraries
 */

/**
 * Where OpenCV is: Debian's, or the one that OPENCV_INCLUDE_DIR and OPENCV_LIB_DIR name (variables of the binding).
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} system folder that stands for `/`
 * @returns {Opencv | undefined} undefined when there is none
 * @throws {SetupError} when the variables name folders where it is not
 */
export function findOpencv(env = process.env, system = '/') {
  const include = env['OPENCV_INCLUDE_DIR'] ?? join(system, 'usr/include/opencv4');
  const lib = env['OPENCV_LIB_DIR'] ?? libraryFolders(system).find(hasLibrary) ?? '';
  if (existsSync(join(include, 'opencv2/core.hpp')) && hasLibrary(lib)) return { include, lib };
  if (!isOwn(env)) return undefined;
  throw new SetupError(
    'OPENCV_INCLUDE_DIR and OPENCV_LIB_DIR must name the folders of opencv2/core.hpp and libopencv_core.so; ' +
      "without the two, Debian's OpenCV is used.",
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} system folder that stands for `/`
 * @returns {string[]} the Debian packages that are needed and not there
 * @throws {SetupError} when the variables for OpenCV's place are wrong
 */
export function missingPackages(env = process.env, system = '/') {
  const hasData = isOwn(env) || existsSync(join(system, 'usr/share/opencv4/haarcascades'));
  return [
    ...(findOpencv(env, system) === undefined ? ['libopencv-dev'] : []),
    ...(hasData ? [] : ['opencv-data']),
    ...(isOnPath(compiler(env), env) ? [] : ['g++']),
    ...(isOnPath('make', env) ? [] : ['make']),
    ...(isOnPath('python3', env) ? [] : ['python3']),
  ];
}

/**
 * Installs what is missing, or says what somebody else has to install.
 *
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @throws {SetupError} when it is not there afterwards
 */
export async function installPackages(root, progress) {
  const packages = missingPackages();
  if (packages.length === 0) return;
  if (!isOnPath('apt-get', process.env)) {
    throw new SetupError(
      'OpenCV 4 with its headers, a C++ compiler, make and Python 3 are needed, and there is no apt-get here that ' +
        `could install what is missing (Debian calls it ${packages.join(', ')}).`,
    );
  }
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      'Packages are missing that only root can install: run this, then `npm run setup:opencv` again.\n\n' +
        `  sudo apt-get ${install.join(' ')}`,
    );
  }
  progress.begin(`Installing ${packages.join(', ')}`);
  // A machine that has never asked knows no packages; what it knows without a network may do.
  const update = await apt(root, ['update', '-q'], progress);
  const ended = await apt(root, [...install, '-q', '-o', 'DPkg::Lock::Timeout=300'], progress);
  const missing = missingPackages();
  if (missing.length > 0) {
    const output = update.output + ended.output;
    const why =
      ended.exitCode === 0
        ? `apt-get has installed it, and ${missing.join(', ')} is still not found: see PATH and CXX.`
        : explainApt({ ...ended, output });
    throw new SetupError(`${lastLines(output)}\n\n${why}`);
  }
  progress.done(`Installed ${packages.join(', ')}`);
}

/**
 * @param {import('./child.mjs').Ended} ended
 * @returns {string} one sentence: what to do
 */
export function explainApt(ended) {
  return explain(CAUSES, 'apt-get', ended);
}

/**
 * @param {string} root
 * @param {string[]} args
 * @param {import('./progress.mjs').Progress} progress
 */
function apt(root, args, progress) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  // Cut off in the middle, it would leave packages half configured.
  const onLastWork = () => progress.step('coming to an end');
  return runChild({ command: 'apt-get', args, cwd: root, env, onLastWork });
}

/** @param {NodeJS.ProcessEnv} env */
function compiler(env) {
  return /\S+/.exec(env['CXX'] ?? '')?.[0] ?? 'g++';
}

/** @param {NodeJS.ProcessEnv} env */
function isOwn(env) {
  return env['OPENCV_INCLUDE_DIR'] !== undefined || env['OPENCV_LIB_DIR'] !== undefined;
}

/** @param {string} system */
function libraryFolders(system) {
  const usr = join(system, 'usr/lib');
  const architectures = existsSync(usr) ? readdirSync(usr).filter(name => name.includes('-linux-')) : [];
  return [...architectures.map(name => join(usr, name)), join(system, 'usr/lib64'), usr];
}

/** @param {string} folder */
function hasLibrary(folder) {
  return existsSync(folder) && readdirSync(folder).some(name => LIBRARY.test(name));
}

/**
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 */
function isOnPath(command, env) {
  return (env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-20).join('\n');
}
