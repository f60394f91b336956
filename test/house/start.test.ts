import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whatIsMissing } from '../../server/setup/missing.mjs';
import { explainFailure } from '../../server/setup/npm.mjs';
import { eventually } from '../support/eventually.js';
import { Clone } from './clone.js';

/** A clone in which everything has been installed and built. */
async function prepared(): Promise<Clone> {
  const clone = new Clone();
  await using start = clone.start(['--prepare-only']);
  const { code } = await start.exited;
  if (code !== 0) throw new Error(start.output());
  return clone;
}

describe('npm start in a fresh clone', () => {
  it('installs, builds, then serves in the same process with the arguments it was given', async () => {
    using clone = new Clone();
    await using start = clone.start(['--port', '0', '--help']);
    expect(await start.exited).toMatchObject({ code: 0 });
    expect(clone.calls()).toEqual(['ci', 'run build']);
    expect(start.output()).toContain(
      `serving with ${JSON.stringify([join(clone.root, 'server/dist/main.js'), '--port', '0', '--help'])}`,
    );
  });

  it('says what it does and keeps the noise of npm to itself', async () => {
    using clone = new Clone();
    await using start = clone.start(['--prepare-only']);
    await start.exited;
    expect(start.output()).toMatch(
      /^Installing packages \(first start\) \.\.\.\nPackages installed \(\d+ s\)\nBuilding \(first start\) \.\.\.\nBuilt \(\d+ s\)\n$/,
    );
  });

  it('does not serve with --prepare-only, and says nothing when all is there', async () => {
    using clone = await prepared();
    await using start = clone.start(['--prepare-only']);
    expect(await start.exited).toMatchObject({ code: 0 });
    expect(start.output()).toBe('');
    expect(clone.calls()).toEqual(['ci', 'run build']);
  });

  it('sets up once when it is started twice at once', async () => {
    using clone = new Clone();
    await using first = clone.start();
    await using second = clone.start();
    expect([await first.exited, await second.exited]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(clone.calls()).toEqual(['ci', 'run build']);
    expect(first.output()).toContain('serving with');
    expect(second.output()).toContain('serving with');
  });

  it('shows what npm said when it fails, and in one sentence what to do', async () => {
    using clone = new Clone();
    await using start = clone.start([], 'ci=npm error code ENOTFOUND registry');
    expect(await start.exited).toMatchObject({ code: 1 });
    expect(start.output()).toContain('noise of npm ci\nnpm error code ENOTFOUND registry\n');
    expect(start.output()).toMatch(/\nThe npm registry cannot be reached: .*\n$/);
    expect(clone.has('.framewire/preparing.lock')).toBe(false);
  });

  it('stops at a build that fails, and builds again the next time', async () => {
    using clone = new Clone();
    await using start = clone.start([], 'run build=server/src/main.ts(1,1): error TS1');
    expect(await start.exited).toMatchObject({ code: 1 });
    expect(start.output()).toContain('error TS1');
    await using again = clone.start();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(clone.calls()).toEqual(['ci', 'run build', 'run build']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends npm and itself on %s, and the next start goes on', async (signal, code) => {
    using clone = new Clone();
    await using start = clone.start([], 'ci=hang');
    await eventually(() => clone.has('node_modules/half/package.json'), 'half an install');
    process.kill(start.pid, signal);
    expect(await start.exited).toMatchObject({ code, forced: false });
    expect(start.output()).toContain('Interrupted');
    await using again = clone.start();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(again.output()).toContain('Installing packages (half installed)');
  });

  it('takes over from a start that was killed, and ends the npm that it left behind', async () => {
    using clone = new Clone();
    await using start = clone.start([], 'ci=hang');
    await eventually(() => clone.has('node_modules/half/package.json'), 'half an install');
    process.kill(start.pid, 'SIGKILL');
    await start.exited;
    await using again = clone.start();
    expect(await again.exited).toMatchObject({ code: 0 });
    expect(again.output()).toContain('Another command is setting up this folder');
    expect(clone.calls()).toEqual(['ci', 'ci', 'run build']);
  });

  it('says that a Node is too old, before anything else', async () => {
    using clone = new Clone();
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.18.3'}})`;
    await using start = clone.start([], '', ['--import', older]);
    expect(await start.exited).toMatchObject({ code: 1 });
    expect(start.output()).toMatch(/^Framewire needs Node 20\.19 or newer.*\n$/);
    expect(clone.calls()).toEqual([]);
  });

  it('says that the folder cannot be written', async () => {
    using clone = new Clone();
    // A file where the folder for notes belongs fails for every user, root included.
    clone.write('.framewire', '');
    await using start = clone.start();
    expect(await start.exited).toMatchObject({ code: 1 });
    expect(start.output()).toMatch(/^Set-up must write into .*\n$/);
  });
});

describe('whatIsMissing', () => {
  it('finds nothing in a clone that is ready', async () => {
    using clone = await prepared();
    expect(whatIsMissing(clone.root)).toEqual({});
  });

  it('finds both in a fresh clone', () => {
    using clone = new Clone();
    expect(whatIsMissing(clone.root)).toEqual({ install: 'first start', build: 'first start' });
  });

  it.each([
    ['an edited source', (clone: Clone) => clone.write('server/src/main.ts', 'export const edited = 1;')],
    ['a new source', (clone: Clone) => clone.write('client/dashboard/new.ts', '')],
    ['a removed source', (clone: Clone) => clone.remove('client/dashboard/index.html')],
    ['a new setting of the compiler', (clone: Clone) => clone.write('tsconfig.base.json', '{}')],
    ['a missing output', (clone: Clone) => clone.remove('client/dist/dashboard')],
    ['a broken note', (clone: Clone) => clone.write('.framewire/prepared.json', '{"so')],
  ])('asks for a build after %s', async (_name, change) => {
    using clone = await prepared();
    change(clone);
    expect(Object.keys(whatIsMissing(clone.root))).toEqual(['build']);
  });

  it.each([
    ['a text for people', (clone: Clone) => clone.write('client/README.md', 'Text.')],
    ['its own output', (clone: Clone) => clone.write('server/dist/main.js', 'newer')],
  ])('asks for nothing after a change of %s', async (_name, change) => {
    using clone = await prepared();
    change(clone);
    expect(whatIsMissing(clone.root)).toEqual({});
  });

  it('asks for an install when the lock file has changed, not when only its time has', async () => {
    using clone = await prepared();
    const lock = join(clone.root, 'package-lock.json');
    const later = new Date(Date.now() + 60_000);
    utimesSync(lock, later, later);
    expect(whatIsMissing(clone.root).install).toBeUndefined();
    writeFileSync(lock, '{}');
    utimesSync(lock, later, later);
    expect(whatIsMissing(clone.root).install).toBe('package-lock.json has changed');
  });

  it('asks for an install when it must build and the tools were left out', async () => {
    using clone = await prepared();
    clone.remove('node_modules/typescript');
    expect(whatIsMissing(clone.root)).toEqual({});
    clone.write('server/src/main.ts', 'export const edited = 1;');
    expect(whatIsMissing(clone.root).install).toBe('the tools for building are missing');
  });
});

describe('explainFailure', () => {
  it.each([
    ['npm cannot be run: spawn npm ENOENT', 'install it together with Node'],
    ['npm error code ENOSPC', 'The disk is full'],
    ['npm error code EACCES\nnpm error syscall mkdir', 'A file may not be written'],
    ['npm error code EAI_AGAIN', 'cannot be reached'],
    ['npm error code E403', 'refused'],
    ['npm error code ETARGET', 'does not have a package'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'certificate'],
    ['FATAL ERROR: Reached heap limit - JavaScript heap out of memory', 'not enough memory'],
  ])('knows what to do about %s', (output, sentence) => {
    expect(explainFailure('npm ci', { exitCode: 1, signal: null, output })).toContain(sentence);
  });

  it('names the exit code or the signal of what it does not know', () => {
    const explained = (exitCode: number | null, signal: string | null): string =>
      explainFailure('npm ci', { exitCode, signal, output: 'strange' });
    expect(explained(7, null)).toBe('npm ci failed (exit code 7); what it said is above.');
    expect(explained(null, 'SIGKILL')).toBe('npm ci was killed, most likely for lack of memory.');
  });
});
