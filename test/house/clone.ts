import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OUTPUTS } from '../../server/setup/missing.mjs';
import { run, type Run } from '../support/run.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * An npm that does what set-up needs of the real one, at once and without a network. It notes each call, and with
 * FAKE_NPM it can fail with a text or hang until it is killed. What lies in `packages` is what it installs.
 */
const FAKE_NPM = `
import { appendFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
const put = (path, text) => (mkdirSync(dirname(path), { recursive: true }), writeFileSync(path, text));
const step = process.argv[2] === 'ci' ? 'ci' : process.argv.slice(2, 4).join(' ');
appendFileSync('calls.txt', step + '\\n');
console.log('noise of npm ' + step);
const [failing, how] = (process.env.FAKE_NPM ?? '').split('=');
if (failing === step && how === 'hang') {
  if (step === 'ci') rmSync('node_modules', { recursive: true, force: true });
  put('node_modules/half/package.json', '{}');
  setInterval(() => {}, 1000);
} else if (failing === step) {
  console.error(how);
  process.exit(1);
} else if (step === 'ci') {
  rmSync('node_modules', { recursive: true, force: true });
  if (existsSync('packages')) cpSync('packages', 'node_modules', { recursive: true });
  put('node_modules/typescript/package.json', '{}');
  put('node_modules/.package-lock.json', '{}');
} else {
  for (const output of ${JSON.stringify(OUTPUTS)}) put(output, '');
  put('server/dist/main.js', "console.log('serving with ' + JSON.stringify(process.argv.slice(1)));");
}
`;

/** A small clone in a temporary folder: the real set-up, a few sources and an npm of its own. */
export class Clone implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'framewire-clone-'));
  /** As the set-up takes it. */
  readonly url = pathToFileURL(`${this.root}/`);

  constructor() {
    for (const path of [
      'server/start.mjs',
      'server/setup',
      'package.json',
      'package-lock.json',
      'tsconfig.base.json',
    ]) {
      cpSync(join(repository, path), join(this.root, path), { recursive: true });
    }
    this.write('shared/src/protocol.ts', 'export {};');
    this.write('server/src/main.ts', 'export {};');
    this.write('client/dashboard/index.html', '<p>');
    this.write('fake-npm.mjs', FAKE_NPM);
  }

  /** Runs `node server/start.mjs`; `fakeNpm`: `ci=text to fail with` or `ci=hang`. */
  start(args: readonly string[] = [], fakeNpm = '', nodeOptions: readonly string[] = []): Run {
    return run(process.execPath, [...nodeOptions, 'server/start.mjs', ...args], {
      cwd: this.root,
      env: { npm_execpath: join(this.root, 'fake-npm.mjs'), FAKE_NPM: fakeNpm, NODE_ENV: '', npm_config_omit: '' },
    });
  }

  /** What npm was asked to do so far. */
  calls(): string[] {
    if (!existsSync(join(this.root, 'calls.txt'))) return [];
    return readFileSync(join(this.root, 'calls.txt'), 'utf8').trim().split('\n');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  [Symbol.dispose](): void {
    chmodSync(this.root, 0o755);
    rmSync(this.root, { recursive: true, force: true });
  }
}
