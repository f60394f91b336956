import { readFileSync, readdirSync } from 'node:fs';
import { FramewireError } from '../../errors.js';

/** @returns how many files and sockets this process may still open; Infinity where Linux does not say. */
export function freeFiles(): number {
  try {
    const [, most = ''] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return most === '' ? Infinity : Number(most) - readdirSync('/proc/self/fd').length;
  } catch {
    return Infinity;
  }
}

/** The limit of open files is below what the program needs by itself. */
export function tooFewFiles(): FramewireError {
  const message = 'This process may open fewer files than Framewire needs to start.';
  return new FramewireError('too-few-files', message, 'Raise the limit: ulimit -n 1024');
}
