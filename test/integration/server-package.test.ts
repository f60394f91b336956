import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { run } from '../support/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const lockFile = z.object({ packages: z.record(z.string(), z.looseObject({ link: z.boolean().optional() })) });
const packed = z.tuple([z.object({ filename: z.string() })]);

function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** The versions of the repository, which npm has in its cache since it installed them there: no registry is asked. */
function lockFor(archive: string): string {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const others = Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
  const wanted = { framewire: `file:${archive}` };
  return JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: wanted },
      ...Object.fromEntries(others),
      'node_modules/framewire': { ...packages['server'], devDependencies: undefined, resolved: wanted.framewire },
    },
  });
}

describe('the package framewire, installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framewire-server-package-'));
  const installed = join(folder, 'node_modules/framewire');
  const env = { XDG_STATE_HOME: join(folder, 'state'), STATE_DIRECTORY: '', npm_config_update_notifier: 'false' };

  beforeAll(() => {
    const options = ['--workspace', 'framewire', '--ignore-scripts', '--json', '--pack-destination', folder];
    const [{ filename }] = packed.parse(JSON.parse(npm(['pack', ...options], root)));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { framewire: `file:${filename}` } }));
    writeFileSync(join(folder, 'package-lock.json'), lockFor(filename));
    npm(['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has what it needs and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter(name =>
      statSync(join(installed, name)).isFile(),
    );
    const expected = ['README.md', 'LICENSE', 'ERRORS.md', 'ops/framewire.service', 'ops/grafana.json'];
    expect(files).toEqual(expect.arrayContaining([...expected, 'dist/client/dashboard/index.html']));
    const known =
      /^(package\.json|[A-Z]+(\.md)?|bin\.mjs|setup\/node-version\.mjs|ops\/.+|dist\/client\/.+|dist\/npm\/.+\.(js|d\.ts))$/;
    expect(files.filter(name => !known.test(name))).toEqual([]);
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    for (const name of files.filter(file => file.startsWith('dist/npm'))) {
      const text = readFileSync(join(installed, name), 'utf8');
      expect(text).not.toMatch(/sourceMappingURL|['"]@framewire\//);
    }
    // What compiles and tests the repository is not installed along.
    expect(readdirSync(join(folder, 'node_modules'))).not.toEqual(expect.arrayContaining(['typescript']));
  });

  it('is a command that npx finds, and that calls itself by its name', async () => {
    await using help = run('npx', ['framewire', '--help'], { cwd: folder, env });
    expect(await help.exited).toMatchObject({ code: 0 });
    expect(help.output()).toMatch(/^Usage: framewire \[options\]/);
    expect(help.output()).not.toContain('npm start');
  });

  it('serves pages and pictures, and stops when it is told to', async () => {
    // What npx runs, without npm in between, which passes no SIGTERM on.
    const command = join(folder, 'node_modules/.bin/framewire');
    await using server = run(command, ['--source', 'test', '--size', '320x240', '--port', '0'], { cwd: folder, env });
    const [, url = ''] = await server.waitForOutput(/Open: +(http:\/\/[\d.]+:\d+)/);
    const snapshot = await fetch(`${url}/snapshot.jpg`);
    expect([snapshot.status, snapshot.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(await (await fetch(url)).text()).toContain('<title>Framewire</title>');
    for (const path of ['/framewire.js', '/client.tgz', '/sign-in.html']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
    }
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(server.output()).toContain('Stopped.');
  });
});
