import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type Run, type RunOptions } from '../run.js';

export { EarlyExit } from '../run.js';

export const MAIN = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

/** As in `npm start`. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

/** Tokens of servers of tests stay apart from those of whoever runs them, and from each other. */
const STATES = mkdtempSync(join(tmpdir(), 'framewire-states-'));
process.once('exit', () => rmSync(STATES, { recursive: true, force: true }));

/** The built server as a user runs it: a process of its own. */
export interface Server extends Run {
  /** The first URL that it printed, without the last slash: `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** What it wants to see, where it wants a token; else empty. */
  readonly token: string;
}

/**
 * Starts the built server on a free port (unless `args` name one) and waits until it prints its URL.
 * The caller stops it: `await using server = await startServer([...])`.
 * @param options.limit files that it may have open; POSIX shells only.
 * @throws EarlyExit with `exit` and `output` when it ends before that, as it does for bad arguments.
 */
export async function startServer(
  args: readonly string[],
  { limit, ...options }: RunOptions & { limit?: number } = {},
): Promise<Server> {
  const hasPort = args.some(arg => arg === '--port' || arg.startsWith('--port='));
  const command = [process.execPath, ...NODE_FLAGS, MAIN, ...args, ...(hasPort ? [] : ['--port', '0'])];
  const limited = limit === undefined ? command : ['sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh', ...command];
  const [program = '', ...rest] = limited;
  const env = { XDG_STATE_HOME: mkdtempSync(join(STATES, 'state-')), STATE_DIRECTORY: '', ...options.env };
  const child = run(program, rest, { ...options, env });
  try {
    // Not any URL: a source's own is printed too.
    const [, url = '', port = ''] = await child.waitForOutput(/Open: +(https?:\/\/[\w.:[\]-]+:(\d+))\b/);
    const [, token = ''] = /Open: .*\?token=([\w-]+)/.exec(child.output()) ?? [];
    return { ...child, url, port: Number(port), token };
  } catch (error) {
    await child.stop();
    throw error;
  }
}
