import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StateFolder, stateFolderPath } from '../../../server/src/ops/state-folder.js';

const root = mkdtempSync(join(tmpdir(), 'framewire-state-'));
afterAll(() => rmSync(root, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

it('is where the system says', () => {
  expect(stateFolderPath({ STATE_DIRECTORY: '/var/lib/framewire:/var/lib/b', XDG_STATE_HOME: '/x' })).toBe(
    '/var/lib/framewire',
  );
  expect(stateFolderPath({ XDG_STATE_HOME: '/x' })).toBe('/x/framewire');
  // The specification has relative ones ignored.
  expect(stateFolderPath({ XDG_STATE_HOME: 'x' })).toBe(`${homedir()}/.local/state/framewire`);
  expect(stateFolderPath({})).toBe(`${homedir()}/.local/state/framewire`);
});

describe('a state folder', () => {
  it('is for its user alone, whatever lay there before, and holds no other files afterwards', () => {
    const folder = new StateFolder(join(root, 'a/b'));
    expect(folder.read('token')).toBeUndefined();
    folder.write('token', 'secret');
    expect(modeOf(folder.path)).toBe(0o700);
    writeFileSync(join(folder.path, 'open'), 'old', { mode: 0o644 });
    folder.write('open', 'new');
    expect(['token', 'open'].map(name => modeOf(join(folder.path, name)))).toEqual([0o600, 0o600]);
    expect(folder.read('open')).toBe('new');
    expect(readdirSync(folder.path).sort()).toEqual(['open', 'token']);
  });

  it('makes what is not there, once', () => {
    const folder = new StateFolder(join(root, 'made'));
    expect(folder.readOrMake('token', () => 'first')).toEqual({ text: 'first', isNew: true });
    expect(folder.readOrMake('token', () => 'second')).toEqual({ text: 'first', isNew: false });
    // Another process makes it between the look and the writing.
    const race = folder.readOrMake('secret', () => {
      folder.write('secret', 'theirs');
      return 'ours';
    });
    expect(race).toEqual({ text: 'theirs', isNew: false });
  });

  it('says which file it is, and what to do, where it cannot be had', () => {
    writeFileSync(join(root, 'file'), '');
    const folder = new StateFolder(join(root, 'file'));
    expect(folder.read('token')).toBeUndefined();
    for (const act of [() => folder.write('token', ''), () => folder.readOrMake('token', () => '')]) {
      expect(act).toThrow(expect.objectContaining({ code: 'state-unusable', exitCode: 3 }));
      expect(act).toThrow(join(root, 'file/token'));
    }
  });
});
