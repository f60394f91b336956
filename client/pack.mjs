/**
 * The last step of a build, after tsc and Vite:
 *
 *   dist/npm/          the modules of the package, shared's among them, so that it needs no other package of ours
 *   dist/client.tgz    the package, as `npm pack` makes it and the server offers it
 *   *.br, *.gz         beside what browsers load, so that no server compresses it again for each of them
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { copyModule, modulesOf } from '../shared/pack-modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'client/dist');
const packed = join(dist, 'npm');

/** What is for the server alone: the script that it offers, and what it makes of a viewer's messages. */
const LEFT_OUT = ['client/framewire', 'shared/client-message'];

/** Smaller files gain less than the header that tells of it, bytes. */
const WORTH_COMPRESSING = 1024;

rmSync(packed, { recursive: true, force: true });
for (const from of /** @type {const} */ (['client', 'shared'])) {
  const modules = modulesOf(from).filter(module => !LEFT_OUT.includes(`${from}/${module}`));
  for (const module of modules) copyModule(packed, from, module, ['.js', '.d.ts', '.js.map']);
}
copyFileSync(join(dist, 'standalone/standalone.js'), join(packed, 'standalone.js'));
pack();
for (const folder of ['dashboard', 'browser']) compress(join(dist, folder));

function pack() {
  // The npm that runs this, if one does: PATH may have another or none.
  const cli = process.env['npm_execpath'];
  const [command, ...first] = cli !== undefined && /\.[cm]?js$/.test(cli) ? [process.execPath, cli] : ['npm'];
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', dist];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    cwd: join(root, 'client'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm pack failed: ${error?.message ?? stderr}`);
  renameSync(join(dist, JSON.parse(stdout)[0].filename), join(dist, 'client.tgz'));
}

/** @param {string} folder */
function compress(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|js|css|svg)$/.test(name)) continue;
    const bytes = readFileSync(join(folder, name));
    if (bytes.byteLength < WORTH_COMPRESSING) continue;
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}
