import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let folder: string | undefined;

/** Compiles one of the C programs of this folder, once. @returns the path of the program, gone when this process ends. */
export function compiled(program: 'floor' | 'camera'): string {
  folder ??= newFolder();
  const path = join(folder, program);
  if (existsSync(path)) return path;
  const source = fileURLToPath(new URL(`${program}.c`, import.meta.url));
  const made = spawnSync('cc', ['-O2', '-o', path, source], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`${program}.c does not compile: ${made.stderr}`);
  return path;
}

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'framewire-bench-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
