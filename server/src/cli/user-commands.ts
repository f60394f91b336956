import { Command } from 'commander';
import * as z from 'zod';
import { ROLES } from '../access/grants.js';
import { makeLink, makerKey } from '../access/share-link.js';
import { digestOf } from '../access/token.js';
import type { UserStore } from '../access/user-store.js';
import { FramewireError } from '../errors.js';
import { readArguments } from './command-line.js';
import { parseDuration } from './duration.js';
import { withToken } from './greeting.js';
import { PROGRAM_WITH } from '../package.js';

const addOptions = z.object({
  role: z.enum(ROLES, { error: `--role is ${ROLES.join(', ')}` }).default('view'),
  streams: z.array(z.string().min(1)).default(['*']),
  for: z.string().optional(),
});

const shareOptions = z.object({ for: z.string().default('2h'), endAll: z.boolean().default(false) });

/** Commands beside the server: they change files, which servers that run look at every two seconds. */
export const USER_COMMANDS: readonly string[] = ['token', 'share'];

/**
 * Runs `token ...` or `share ...`.
 *
 * @param args of the command line, that word among them.
 * @param say prints a line. @param now ms since 1970.
 * @throws FramewireError bad-option, bad-config or state-unusable.
 */
export function runUserCommand(
  args: readonly string[],
  users: UserStore,
  say: (line: string) => void,
  now: number,
): void {
  const program = new Command(PROGRAM_WITH);
  addTokenCommands(program.command('token').description('Who may watch a server that wants tokens.'), users, say, now);
  program
    .command('share')
    .description('A link that shows one stream for some time.')
    .argument('[stream]', 'its name')
    .option('--for <time>', '30m, 2h, 7d: at most 30 days (default: 2h)')
    .option('--end-all', 'ends all links that were ever shared')
    .action((stream: string | undefined, options: unknown) => {
      const { for: time, endAll } = parsed(shareOptions, options);
      if (endAll) {
        users.endLinks();
        say('All links have ended.');
        return;
      }
      if (stream === undefined)
        throw new FramewireError('bad-option', 'Which stream?', `As: ${PROGRAM_WITH} share gate`);
      const expiresAt = now + parseDuration(time);
      const key = makerKey(users.realm().linkKey, digestOf(users.owner().token));
      tell(users, makeLink({ stream, expiresAt }, key), say);
      say(`Whoever has this can watch ${stream} until ${localTime(expiresAt)}.`);
    });
  readArguments(program, args);
}

function addTokenCommands(command: Command, users: UserStore, say: (line: string) => void, now: number): void {
  command
    .command('show')
    .description("prints the addresses with the owner's token")
    .action(() => tell(users, users.owner().token, say));
  command
    .command('list')
    .description('prints who has a token')
    .action(() => {
      say('owner  admin  *');
      for (const { name, role, streams, expires } of users.users) {
        const until = expires === undefined ? '' : `  until ${localTime(Date.parse(expires))}`;
        say(`${name}  ${role}  ${streams.join(' ')}${until}`);
      }
    });
  command
    .command('add')
    .argument('<name>')
    .description('gives somebody a token, and prints it: it cannot be read again')
    .option('--role <role>', `${ROLES.join(', ')} (default: view)`)
    .option('--streams <names...>', 'which streams; * stands for any part of a name (default: all)')
    .option('--for <time>', 'how long it holds: 30m, 2h, 7d (default: for ever)')
    .action((name: string, options: unknown) => {
      const { role, streams, for: time } = parsed(addOptions, options);
      const expiresAt = time === undefined ? Infinity : now + parseDuration(time);
      tell(users, users.add(name, { role, streams, expiresAt }), say);
    });
  command
    .command('rotate')
    .argument('[name]', 'whose (default: the owner)')
    .description('gives somebody another token; the old one is good for nothing from then')
    .action((name: string | undefined) => tell(users, users.rotate(name), say));
  command
    .command('remove')
    .argument('<name>')
    .description('takes the token away again')
    .action((name: string) => {
      users.remove(name);
      say(`${name} is removed.`);
    });
}

/** The addresses of the server that started last, or the token alone where none has. */
function tell({ addresses }: UserStore, token: string, say: (line: string) => void): void {
  if (addresses.length === 0) say(`/?token=${token}  (behind the address of the server)`);
  for (const address of addresses) say(withToken(address, token));
}

function parsed<T>(schema: z.ZodType<T>, options: unknown): T {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const sentence = result.error.issues[0]?.message ?? 'An option is wrong';
  throw new FramewireError('bad-option', `${sentence}.`, `See: ${PROGRAM_WITH} token --help`);
}

function localTime(at: number): string {
  return new Date(at).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
