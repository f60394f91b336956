import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'node_modules/@u4/opencv4nodejs';
const BINARY = 'build/Release/opencv4nodejs.node';
const KEPT = /^opencv4nodejs-.*\.node$/;

/**
 * @param {string} root
 * @returns {string | undefined} folder of OpenCV's binding; undefined when npm has left it out, as it may
 */
export function bindingFolder(root) {
  return [join(root, 'server', PACKAGE), join(root, PACKAGE)].find(folder => existsSync(join(folder, 'package.json')));
}

/**
 * @param {string} root
 * @returns {boolean} whether it is compiled, which does not say that it loads
 */
export function isBindingBuilt(root) {
  const folder = bindingFolder(root);
  return folder !== undefined && existsSync(join(folder, BINARY));
}

/**
 * Keeps a copy of the compiled binding outside of node_modules, which npm empties at its next install.
 *
 * @param {string} root
 */
export function keepBinding(root) {
  const folder = bindingFolder(root);
  if (folder === undefined) return;
  const kept = keptBinary(root, folder);
  copyWhole(join(folder, BINARY), kept);
  for (const name of readdirSync(dirname(kept))) {
    if (KEPT.test(name) && !kept.endsWith(name)) rmSync(join(dirname(kept), name));
  }
}

/**
 * Puts the copy back where one is missing. One that was compiled for another Node or another version of the package is
 * not the one looked for; whether its OpenCV is still there, only loading it can tell.
 *
 * @param {string} root
 */
export function putBackBinding(root) {
  const folder = bindingFolder(root);
  if (folder === undefined || isBindingBuilt(root)) return;
  const kept = keptBinary(root, folder);
  if (existsSync(kept)) copyWhole(kept, join(folder, BINARY));
}

/**
 * @param {string} root
 * @param {string} folder
 */
function keptBinary(root, folder) {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { platform, arch, versions } = process;
  return join(root, '.framewire', `opencv4nodejs-${version}-${platform}-${arch}-${versions.modules}.node`);
}

/**
 * Nobody ever sees half a copy.
 *
 * @param {string} from
 * @param {string} to
 */
function copyWhole(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const part = `${to}.${process.pid}.part`;
  copyFileSync(from, part);
  renameSync(part, to);
}
