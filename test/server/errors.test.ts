import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as CLOSE_CODES from '@framewire/shared/close-codes';
import { ERRORS, FramewireError, isErrorCode, messageOf } from '../../server/src/errors.js';

const server = fileURLToPath(new URL('../../server', import.meta.url));
const page = readFileSync(join(server, 'ERRORS.md'), 'utf8');

/** The cells of all tables that are marked with this name, without their heads. */
function rows(name: string): string[][] {
  return page
    .split(`<!-- table: ${name} -->`)
    .slice(1)
    .flatMap(text => {
      const lines = text.trimStart().split('\n');
      const end = lines.findIndex(line => !line.startsWith('|'));
      return lines.slice(2, end < 0 ? undefined : end);
    })
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('`', '')),
    );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : [path];
  });
}

describe('ERRORS.md', () => {
  it('lists every code with its exit code and status, and no other', () => {
    const listed = rows('errors').map(([code, exit, status]) => [code, exit, status]);
    const known = Object.entries(ERRORS).map(([code, entry]) => [
      code,
      'exit' in entry ? String(entry.exit) : '',
      String(entry.status),
    ]);
    expect(listed).toEqual(known);
  });

  it('says of each when it happens and what to do', () => {
    const silent = rows('errors').filter(([, , , when = '', advice = '']) => when.length < 10 || advice.length < 10);
    expect(silent).toEqual([]);
  });

  it('lists the close codes', () => {
    const listed = rows('close-codes').map(([code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(listed)).toEqual({ ...CLOSE_CODES });
  });

  it.each([
    ['Exit codes', () => [0, 1, ...Object.values(ERRORS).flatMap(entry => ('exit' in entry ? [entry.exit] : []))]],
    ['HTTP statuses', () => Object.values(ERRORS).map(({ status }) => status)],
  ])('explains all %s', (section, known) => {
    const text = page.split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
    const listed = [...text.matchAll(/^\| +(\d+) \|/gm)].map(([, number]) => Number(number));
    expect(listed).toEqual([...new Set(known())].toSorted((a, b) => a - b));
  });
});

describe('the list of codes', () => {
  it('has none that nothing uses', () => {
    const code = sources(join(server, 'src'))
      .filter(path => !path.endsWith('/errors.ts'))
      .map(path => readFileSync(path, 'utf8'))
      .join('\n');
    expect(Object.keys(ERRORS).filter(known => !code.includes(`'${known}'`))).toEqual([]);
  });

  it('is a list, not whatever an object has', () => {
    expect(isErrorCode('bad-option')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode('')).toBe(false);
  });
});

describe('FramewireError', () => {
  it('knows its status and its exit code', () => {
    const refused = new FramewireError('port-in-use', 'Port 80 is used.', 'Take another.');
    expect(refused).toMatchObject({ code: 'port-in-use', status: 500, exitCode: 3, hint: 'Take another.' });
    const lost = new FramewireError('source-unplugged', 'It is gone.');
    expect(lost).toMatchObject({ status: 503, exitCode: undefined, hint: '' });
  });

  it('keeps what it was caused by', () => {
    const cause = new Error('below');
    expect(new FramewireError('no-frame', 'None.', '', { cause }).cause).toBe(cause);
  });
});

describe('messageOf', () => {
  it('reads whatever was thrown', () => {
    expect(messageOf(new Error('so'))).toBe('so');
    expect(messageOf('so')).toBe('so');
    expect(messageOf(undefined)).toBe('undefined');
  });
});
