import { readFileSync, readdirSync } from 'node:fs';

/** @returns how many files and sockets this process may still open; Infinity where Linux does not say. */
export function freeFiles(): number {
  try {
    const [, most = ''] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return most === '' ? Infinity : Number(most) - readdirSync('/proc/self/fd').length;
  } catch {
    return Infinity;
  }
}
