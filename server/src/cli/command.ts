import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import * as z from 'zod';
import { parseCommandLine } from './command-line.js';
import { CONFIG_COMMANDS, runConfigCommand } from './config-commands.js';
import { followSettings } from './follow-settings.js';
import { greeting, withToken } from './greeting.js';
import { qrCode } from './qr-code.js';
import { widthOf } from './text.js';
import { runUserCommand, USER_COMMANDS } from './user-commands.js';
import { UserStore } from '../access/user-store.js';
import { variablesOf } from '../config/variables.js';
import { monotonicMs } from '../time/monotonic.js';
import { createLog, logFormat } from '../ops/log.js';
import { serviceManager } from '../ops/service-manager.js';
import { throttled } from '../ops/throttled.js';
import { StateFolder, stateFolderPath } from '../ops/state-folder.js';
import { passedSocket } from '../ops/passed-socket.js';
import { hideAlways } from '../ops/url-secrets.js';
import { startServer, type FramewireServer } from '../server.js';
import { PACKAGE_FILE } from '../package.js';

/** Ctrl+C comes twice under npm, which passes on what the terminal has sent to all: within this time it is one, ms. */
const SAME_SIGNAL_MS = 500;

/** What passes by itself. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

const packageFile = readFileSync(PACKAGE_FILE, 'utf8');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(packageFile));

/**
 * Runs the program until a signal stops it.
 *
 * @throws FramewireError when the command line is wrong or the server cannot start.
 */
export async function runCommand(): Promise<void> {
  const args = process.argv.slice(2);
  if (CONFIG_COMMANDS.includes(args[0] ?? '')) {
    process.stdout.write(`${await runConfigCommand(args, process.env)}\n`);
    return;
  }
  const users = openUsers();
  if (USER_COMMANDS.includes(args[0] ?? '')) {
    runUserCommand(args, users, line => process.stdout.write(`${line}\n`), Date.now());
    return;
  }
  const command = parseCommandLine(args, version);
  if (command.kind === 'done') return;
  const stop = new AbortController();
  const stopping = once(stop.signal, 'abort');
  let stoppedAt: number | undefined;
  const onSignal = () => {
    const now = monotonicMs();
    stoppedAt ??= now;
    // A second Ctrl+C means now.
    if (now - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
    stop.abort();
  };
  // Before the start: it listens first and then waits for its sources, and who has come by then is told when it stops.
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const { config } = command;
  const format = logFormat(config.logFormat, process.stderr.isTTY);
  const log = createLog(config.logLevel, format);
  outliveShortages(log);
  const manager = serviceManager(process.env, log);
  if (command.file !== undefined) log.info(`Settings: ${command.file}`);
  const load = () => command.reload().config;
  const surroundings = { version, users, log, load, fd: passedSocket(process.env) };
  const server = await startServer(config, surroundings, stopping);
  const hasStarted = !stop.signal.aborted;
  if (hasStarted) manager.ready();
  if (hasStarted) followSettings(command.file, server);
  if (hasStarted && log.isLevelEnabled('info')) process.stdout.write(await greet(server));
  // The greeting is for people, who find the address in it, and on another stream: each line of the log is for programs then.
  if (hasStarted && format === 'json') {
    const addresses = [...server.reach.local, ...server.reach.network];
    log.info({ event: 'started', addresses }, `Open: ${addresses.join(' ')}`);
  }
  await stopping;
  manager.stopping();
  await server.close();
  if (hasStarted) log.info({ event: 'stopped' }, 'Stopped.');
  process.exit(0);
}

/** The environment, or one of systemd's credentials, may say the owner's token. @throws FramewireError bad-config */
function openUsers(): UserStore {
  const token = variablesOf(process.env)('FRAMEWIRE_TOKEN') ?? '';
  // Engines, and what they run for their user, have no use for it.
  delete process.env['FRAMEWIRE_TOKEN'];
  hideAlways(token);
  return new UserStore(new StateFolder(stateFolderPath(process.env)), token === '' ? undefined : token);
}

async function greet(server: FramewireServer): Promise<string> {
  const { entry, reach } = server;
  const width = widthOf(process.stdout);
  const isTerminal = process.stdout.isTTY;
  const [network] = reach.network;
  const isDrawn = isTerminal && entry.kind === 'token' && network !== undefined;
  const code = isDrawn ? await qrCode(withToken(network, entry.token), width) : '';
  return greeting(version, server, { width, isTerminal, qrCode: code });
}

/**
 * The last resort, for shortages alone: with no descriptor or memory left any call of Node or a library may throw, also
 * where nobody can catch it, and the error says nothing against the state of this process; those who watch go on. Any
 * other error that nobody has caught is a fault, after which nothing can be relied on, and ends the process as ever.
 */
function outliveShortages(log: Logger): void {
  const tell = throttled((error: Error) =>
    log.error(`Something failed for lack of files or memory: ${error.message}.`),
  );
  process.on('uncaughtException', error => {
    if ('code' in error && SHORTAGES.has(String(error.code))) {
      tell(error);
      return;
    }
    log.fatal(error);
    process.exit(1);
  });
}
