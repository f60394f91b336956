import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files of ours below a folder, as paths from the repository's root. */
function files(folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$|^\./.test(entry.name) ? [] : files(path, name);
    return name.test(entry.name) ? [path] : [];
  });
}

const linesOf = (path: string): string[] => readFileSync(join(root, path), 'utf8').trimEnd().split('\n');

/** Exported functions and classes with no doc comment directly above. */
function undocumented(path: string): string[] {
  const lines = linesOf(path);
  return lines.flatMap((line, i) => {
    const name = /^export (?:async |abstract )*(?:function\*?|class) (\w+)/.exec(line)?.[1];
    return name === undefined || lines[i - 1]?.endsWith('*/') === true ? [] : [`${path}:${i + 1} ${name}`];
  });
}

describe('the code of the packages that others import', () => {
  it.each(['shared/src', 'client/src'])('has a doc comment at every exported function and class of %s', folder => {
    const sources = files(folder, /\.ts$/);
    expect(sources).not.toEqual([]);
    expect(sources.flatMap(undocumented)).toEqual([]);
  });
});

describe('every file', () => {
  it('has at most 350 lines', () => {
    const all = ['shared', 'server', 'client', 'test'].flatMap(folder =>
      files(folder, /\.(ts|mjs|js|css|html|py|sh)$/),
    );
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter(path => linesOf(path).length > 350)).toEqual([]);
  });
});
