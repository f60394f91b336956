import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

/** Does the linter's configuration bite? Wrong and right snippets are laid out in a tree like ours and linted at once. */

const repository = fileURLToPath(new URL('../..', import.meta.url));

const IMPORTS = 'eslint(no-restricted-imports)';

/** Each: where the file would be, what it imports. */
const FORBIDDEN: readonly [string, string][] = [
  ['shared/src', 'node:fs'],
  ['shared/src', 'ws'],
  ['shared/src', '../../server/src/errors.js'],
  ['client/src', 'framewire/main'],
  ['client/src', '../../server/src/errors.js'],
  ['client/src', '../../shared/src/ack.js'],
  ['client/dashboard', 'sharp'],
  ['server/src', '@framewire/client'],
  ['server/src', '../../client/src/client.js'],
  ['server/src', 'sharp'],
  ['server/src', 'node-av/api'],
  ['server/src', './server.js'],
  ['server/src/cli', '../engine/engine.js'],
  ['server/src/cli', 'node-av'],
  ['server/src/source', '../encode/encoder.js'],
  ['server/src/source', '../engine/engine.js'],
  ['server/src/source', 'sharp'],
  ['server/src/encode', '../source/source.js'],
  ['server/src/encode', '../transport/ws/ws.js'],
  ['server/src/encode', '@u4/opencv4nodejs'],
  ['server/src/source', '@u4/opencv4nodejs'],
  ['server/src/engine', '../transport/ws/ws.js'],
  ['server/src/engine', 'sharp'],
  ['server/src/engine', 'node-av'],
  ['server/src/link', '../viewer/viewer.js'],
  ['server/src/stream', '../source/source.js'],
  ['server/src/stream', '../encode/encoder.js'],
  ['server/src/stream', '../engine/engine.js'],
  ['server/src/stream', '../viewer/viewer.js'],
  ['server/src/stream', 'node-av'],
  ['server/src/viewer', '../transport/ws/ws.js'],
  ['server/src/viewer', '../engine/engine.js'],
  ['server/src/transport', '../source/source.js'],
  ['server/src/transport', '../encode/encoder.js'],
  ['server/src/transport', '../engine/engine.js'],
  ['server/src/transport', '../server.js'],
  ['server/src/transport', 'sharp'],
  ['server/src/transport/rtsp', '../../engine/engine.js'],
  ['server/src/access', '../viewer/viewer.js'],
  ['server/src/ops', '../transport/ws/ws.js'],
];

const ALLOWED: readonly [string, string][] = [
  ['shared/src', 'zod'],
  ['shared/src', './protocol.js'],
  ['client/src', '@framewire/shared/ack'],
  ['client/dashboard', '../src/client.js'],
  ['server/src', '@framewire/shared/ack'],
  ['server/src', './transport/ws/ws.js'],
  ['server/src/source', 'node-av/api'],
  ['server/src/source', '../errors.js'],
  ['server/src/encode', 'sharp'],
  ['server/src/encode', 'node-av'],
  ['server/src/engine', '../source/source.js'],
  ['server/src/engine', '../encode/encoder.js'],
  ['server/src/viewer', '../stream/stream.js'],
  ['server/src/transport', '../viewer/viewer.js'],
  ['server/src/transport', '../access/auth.js'],
  ['server/src/transport', '../ops/log.js'],
];

/** Files whose name counts. */
const NAMED: Record<string, string> = {
  'server/src/cli/command.ts': `import { startServer } from '../server.js'; startServer();`,
  'server/src/transport/http/snapshot.ts': `import { sharp } from 'sharp'; sharp();`,
  'server/src/glyphs.ts': `import { sharp } from 'sharp'; sharp();`,
  'server/src/opencv.ts': `import { cv } from '@u4/opencv4nodejs'; cv();`,
  'server/src/encode/mat-types.ts': `import { type Mat } from '@u4/opencv4nodejs'; export type Raw = Mat | undefined;`,
  'server/src/engine/frame-types.ts': `import { type Frame } from 'node-av'; export type Raw = Frame | undefined;`,
  'server/src/cycle-a.ts': `import { b } from './cycle-b.js'; export const a = (): number => b() + 1;`,
  'server/src/cycle-b.ts': `import { a } from './cycle-a.js'; export const b = (): number => a() + 1;`,
  'server/src/type-cycle-a.ts': `import { b } from './type-cycle-b.js'; export type A = number; export const a = b;`,
  'server/src/type-cycle-b.ts': `import type { A } from './type-cycle-a.js'; export const b: A = Math.random();`,
};

/** Rules about types and size, each with a snippet that it must refuse. */
const REFUSED: Record<string, string> = {
  'typescript(no-explicit-any)': 'export const size = (frame: any): unknown => frame;',
  'typescript(no-floating-promises)': 'export const start = (): void => { Promise.resolve(1); };',
  'typescript(no-misused-promises)':
    'export const every = (all: number[]): void => all.forEach(async n => { await Promise.resolve(n); });',
  'typescript(no-unsafe-assignment)':
    'export const read = (text: string): void => { const { a } = JSON.parse(text); String(a); };',
  'typescript(no-unsafe-return)': 'export const read = (text: string): string => JSON.parse(text);',
  'typescript(no-unsafe-type-assertion)': 'export const cast = (data: unknown): string => data as string;',
  'typescript(no-non-null-assertion)': 'export const first = (all: string[]): string => all[0]!;',
  'typescript(switch-exhaustiveness-check)': `export const f = (s: 'a' | 'b'): void => { switch (s) { case 'a': Math.random(); } };`,
  'typescript(consistent-type-imports)': `import { Codec } from '@framewire/shared/protocol'; export const c: Codec = 'jpeg';`,
  'typescript(only-throw-error)': `export const fail = (): never => { throw 'text'; };`,
  'import(no-default-export)': 'export default 1;',
  'eslint(no-console)': 'console.log(1);',
  'eslint(max-params)': 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;',
  'eslint(max-lines)': 'export const line = 1;\n'.replace('line', 'first') + 'Math.random();\n'.repeat(350),
  'eslint(max-lines-per-function)': `export const f = (): void => {\n${'Math.random();\n'.repeat(60)}};`,
};

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string().optional(), filename: z.string() })) });

let tree = '';
/** Rules that spoke, by file. */
const spoken = new Map<string, Set<string>>();

const fileOf = (folder: string, what: string): string => `${folder}/from-${what.replaceAll(/[^a-z0-9]+/g, '-')}.ts`;
const fileFor = (rule: string): string => `server/src/${rule.replaceAll(/[^a-z]+/g, '-')}x.ts`;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

/** Lints the tree with the repository's own configuration; exit code 1 only says that there was something to find. */
async function lint(): Promise<void> {
  const cli = join(repository, 'node_modules/oxlint/bin/oxlint');
  const stdout = await new Promise<string>((resolve, reject) =>
    execFile(
      process.execPath,
      [cli, '--type-aware', '-f', 'json', 'shared', 'server', 'client'],
      { cwd: tree, maxBuffer: 1e8 },
      (_error, out, err) => (out.startsWith('{') ? resolve(out) : reject(new Error(out + err))),
    ),
  );
  for (const { code = '', filename } of Report.parse(JSON.parse(stdout)).diagnostics) {
    const rules = spoken.get(filename) ?? new Set();
    spoken.set(filename, rules.add(code));
  }
}

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'framewire-lint-'));
  for (const file of [
    '.oxlintrc.json',
    'tsconfig.base.json',
    'shared/tsconfig.json',
    'server/tsconfig.json',
    'client/tsconfig.json',
  ]) {
    cpSync(join(repository, file), join(tree, file));
  }
  symlinkSync(join(repository, 'node_modules'), join(tree, 'node_modules'));
  for (const [folder, what] of [...FORBIDDEN, ...ALLOWED]) {
    put(fileOf(folder, what), `import { thing } from '${what}'; export const it = thing;`);
  }
  for (const [path, text] of Object.entries(NAMED)) put(path, text);
  for (const [rule, text] of Object.entries(REFUSED)) put(fileFor(rule), text);
  await lint();
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('import rules', () => {
  it.each(FORBIDDEN)('%s may not import %s', (folder, what) => {
    expect(spoken.get(fileOf(folder, what)) ?? []).toContain(IMPORTS);
  });

  it.each(ALLOWED)('%s may import %s', (folder, what) => {
    expect(spoken.get(fileOf(folder, what)) ?? []).not.toContain(IMPORTS);
  });

  it.each([
    'server/src/cli/command.ts',
    'server/src/transport/http/snapshot.ts',
    'server/src/glyphs.ts',
    'server/src/engine/frame-types.ts',
  ])('%s may import what its folder may not', path => {
    expect(spoken.get(path) ?? []).not.toContain(IMPORTS);
  });

  it.each(['server/src/cycle-a.ts', 'server/src/type-cycle-a.ts'])('%s may not import what imports it', path => {
    expect(spoken.get(path) ?? []).toContain('import(no-cycle)');
  });
});

describe('strict rules', () => {
  it.each(Object.keys(REFUSED))('%s bites', rule => {
    expect(spoken.get(fileFor(rule)) ?? []).toContain(rule);
  });
});
