import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { formatPageState } from '../../client/dashboard/page/page-state.js';
import { CONFIG_COMMANDS } from '../../server/src/cli/config-commands.js';
import { USER_COMMANDS } from '../../server/src/cli/user-commands.js';
import { parseCommandLine } from '../../server/src/cli/command-line.js';
import { parseMediaQuery } from '../../server/src/transport/http/media-query.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'README.md'), 'utf8');

/** What stands in the first column of the table with this heading, without its backticks. */
function namesIn(heading: string): string[] {
  const table = new RegExp(`^\\| ${heading} .*\\n\\|[ -|]+\\n((?:\\|.*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

describe('README.md', () => {
  it('lists every setting, and no other', () => {
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    parseCommandLine(['--help'], '1.2.3');
    const help = print.mock.calls.map(([written]) => String(written)).join('');
    vi.restoreAllMocks();
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
    const section = text.slice(text.indexOf('## Settings'), text.indexOf('## Keep it running'));
    const documented = [...section.matchAll(/`(--[a-z-]+)/g)].map(([, option = '']) => option);
    expect(new Set([...documented, '--version', '--help'])).toEqual(new Set(options));
  });

  it('lists what viewers can ask for, and nothing that does not count', () => {
    const names = namesIn('parameter');
    expect(names).toHaveLength(8);
    // No parameter takes this, so one that is looked at refuses it.
    for (const name of names) expect(() => parseMediaQuery({ [name]: 'x'.repeat(65) })).toThrow(name);
  });

  it('lists what the address of the page can say', () => {
    const settings = { quality: 50, maxWidth: 333, fps: 7, mode: 'fixed', latencyBudgetMs: 500 } as const;
    const all = formatPageState({
      view: 'grid',
      stream: 'gate',
      settings: { large: settings, grid: settings },
      shown: ['gate'],
      columns: 2,
      turns: new Map([['gate', { degrees: 90, isMirrored: true }]]),
      isBare: true,
    });
    expect(namesIn('part').sort()).toEqual([...new URLSearchParams(all).keys()].sort());
  });

  const commands = [...text.matchAll(/^npm start( .*)?$/gm)].map(([, args = '']) => args);
  it('has commands', () => expect(commands.length).toBeGreaterThan(3));

  it.each(commands.filter(args => !args.includes('--help')))('starts with%s, which is understood', args => {
    const words = [
      ...args
        .replace(/^ --/, '')
        .replace(/ +#.*/, '')
        .matchAll(/"([^"]*)"|\S+/g),
    ].map(([word, quoted]) => quoted ?? word);
    const isOwn = [...CONFIG_COMMANDS, ...USER_COMMANDS].includes(words[0] ?? '');
    expect(isOwn || parseCommandLine(words, '1.2.3').kind === 'run').toBe(true);
  });
});

it.each([
  ...['README.md', 'client/README.md', 'shared/PROTOCOL.md'],
  ...['server/README.md', 'server/DESIGN.md', 'server/PACE.md', 'server/ERRORS.md', 'server/ENCODERS.md'],
])('%s links to files that there are', page => {
  const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
  const targets = [...links].map(([, target = '']) => join(root, dirname(page), target));
  expect(targets.filter(target => !existsSync(target))).toEqual([]);
});
