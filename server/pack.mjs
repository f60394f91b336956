/**
 * The last step of a build, after the client's. The package has all that it needs in its own folder then:
 *
 *   dist/npm/      the server's modules, shared's among them, so that it needs no other package of ours
 *   dist/client/   what the server offers to browsers
 */
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { copyModule, modulesOf } from '../shared/pack-modules.mjs';

const at = path => fileURLToPath(new URL(path, import.meta.url));

const MODULES = at('dist/npm');
const CLIENT = at('dist/client');

/** What `framewire/transform` is: the types of a user's own step. */
const TYPED = ['engine/step', 'opencv'];

for (const folder of [MODULES, CLIENT]) rmSync(folder, { recursive: true, force: true });
for (const from of /** @type {const} */ (['server', 'shared'])) {
  for (const module of modulesOf(from)) {
    const isTyped = from === 'server' && TYPED.includes(module);
    copyModule(MODULES, from, module, isTyped ? ['.js', '.d.ts'] : ['.js']);
  }
}
for (const name of ['dashboard', 'browser', 'client.tgz']) {
  cpSync(at(`../client/dist/${name}`), `${CLIENT}/${name}`, { recursive: true });
}
