import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const SHARED = /(['"])@framewire\/shared\/([\w-]+)\1/g;

/**
 * By the sources, not by what lies in `dist`: tsc leaves there what it made of sources that are gone.
 *
 * @param {'client' | 'server' | 'shared'} from
 * @returns {string[]} paths without extension
 */
export function modulesOf(from) {
  return readdirSync(join(root, from, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => file.slice(0, -'.ts'.length).replaceAll('\\', '/'));
}

/**
 * Copies a module for a package that has shared's modules in a folder of its own, and so needs no other package of ours.
 *
 * @param {string} folder of that package's modules
 * @param {'client' | 'server' | 'shared'} from
 * @param {string} module path without extension
 * @param {readonly string[]} extensions `.js`, `.d.ts`, `.js.map`
 */
export function copyModule(folder, from, module, extensions) {
  const to = from === 'shared' ? `shared/${module}` : module;
  const target = join(folder, to);
  mkdirSync(dirname(target), { recursive: true });
  const built = join(root, from, 'dist', module);
  const hasMap = extensions.includes('.js.map');
  if (hasMap) copyFileSync(`${built}.js.map`, `${target}.js.map`);
  for (const extension of extensions.filter(name => name !== '.js.map')) {
    const text = readFileSync(built + extension, 'utf8');
    // At the end of its line, so a source map stays true; where there is none, nothing shall point to one.
    const own = text.replaceAll(SHARED, (_, quote, name) => quote + relativeTo(to, `shared/${name}.js`) + quote);
    writeFileSync(target + extension, hasMap ? own : own.replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));
  }
}

/**
 * @param {string} module
 * @param {string} other
 */
function relativeTo(module, other) {
  const path = posix.relative(posix.dirname(module), other);
  return path.startsWith('.') ? path : `./${path}`;
}
