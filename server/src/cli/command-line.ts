import { Command, CommanderError } from 'commander';
import { loadConfig, type Settings } from '../config/load-config.js';
import { FramewireError } from '../errors.js';
import { layOutHelp } from './help.js';
import { widthOf } from './text.js';
import { PROGRAM_WITH } from '../package.js';

/** What npm hands on of options that it took for its own: `npm start --port 80` without `--`. */
const NPM_PREFIX = 'npm_config_';

export type CliResult =
  /** `reload` reads the settings again, with the same options. @throws as `parseCommandLine` */
  | ({ kind: 'run'; reload: () => Settings } & Settings)
  /** Help or version was asked for, and printed. */
  | { kind: 'done' };

/** Where the program was called. */
interface Surroundings {
  environment: NodeJS.ProcessEnv;
  /** Of what is printed, columns. */
  width: number;
}

/**
 * Reads the command line, without the program's name.
 *
 * @throws FramewireError bad-option, bad-config or source-unknown.
 */
export function parseCommandLine(
  args: readonly string[],
  version: string,
  { environment, width }: Surroundings = { environment: process.env, width: widthOf(process.stdout) },
): CliResult {
  const command = describeCommand(version, width);
  refuseNpmOptions(command, args, environment);
  if (readArguments(command, args) === 'done') return { kind: 'done' };
  if (command.args.length > 0) {
    const hint = `Did you mean: --source ${command.args[0] ?? ''}`;
    throw new FramewireError('bad-option', `"${command.args.join(' ')}" is not an option.`, hint);
  }
  const load = () => loadConfig(command.opts(), environment);
  return { kind: 'run', ...load(), reload: load };
}

/**
 * Has commander read arguments and run what they stand for. `done`: help or version was asked for, and printed.
 *
 * @throws FramewireError bad-option
 */
export function readArguments(command: Command, args: readonly string[]): 'read' | 'done' {
  for (const each of [command, ...command.commands, ...command.commands.flatMap(({ commands }) => commands)]) {
    each.configureOutput({ writeErr: () => undefined }).exitOverride();
  }
  try {
    command.parse(args, { from: 'user' });
    return 'read';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 'done';
    const sentence = error.message.replace(/^error: |\.$/g, '').replace('\n', ' ');
    throw new FramewireError(
      'bad-option',
      `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
      `See: ${PROGRAM_WITH} --help`,
    );
  }
}

function describeCommand(version: string, width: number): Command {
  const collect = (value: string, before: string[] = []) => [...before, value];
  const command = new Command(PROGRAM_WITH)
    .usage('[options]')
    .description('Live frames from a camera to any number of viewers, each at the lowest latency its link allows.')
    .option('--source <source>', 'what to stream (default: a camera, else test); repeat it for several', collect)
    .option('--title <text>', 'what people read in place of a name, in any script; NAME=TEXT for one stream', collect)
    .option('--size <WxH>', 'size to ask of cameras, in pixels (default: 1280x720 if the camera has it)')
    .option('--fps <number>', 'frames a second to ask of cameras, 0.01-240 (default: 30 if there, 1 of a snapshot URL)')
    .option('--camera-format <format>', 'auto, yuyv (raw) or mjpg (default: auto: raw if it gives size and rate)')
    .option(
      '--capture <engine>',
      'who reads cameras: auto, ffmpeg or opencv (default: auto: ffmpeg without --transform)',
    )
    .option('--transform <file>', 'your own OpenCV step for each picture; NAME=FILE for one stream', collect)
    .option('--rotate <degrees>', 'turn pictures clockwise by 0, 90, 180 or 270; NAME=DEGREES for one stream', collect)
    .option('--flip <way>', 'then mirror them: horizontal, vertical or none; NAME=WAY for one stream', collect)
    .option('--host <address>', 'address to listen on; :: for all, IPv4 and IPv6 (default: this machine only)')
    .option('--port <number>', 'port to listen on; 0 for any that is free (default: 8080)')
    .option(
      '--auth <way>',
      'token: viewers need one, here too; none: nobody does (default: token if others can connect)',
    )
    .option('--tls', 'https and wss only, with a certificate of its own making')
    .option('--tls-name <name>', 'a further name or address for that certificate; repeat it for several', collect)
    .option('--tls-cert <file>', 'https and wss only, with this certificate, PEM; needs --tls-key')
    .option('--tls-key <file>', 'the key of that certificate, PEM')
    .option('--grace <seconds>', 'close a source so long after its last viewer; "never" keeps it open (default: 10)')
    .option('--max-viewers <number>', 'viewers at the same time, of all streams (default: 1000)')
    .option('--max-renditions <number>', 'different sizes and qualities of one stream at the same time (default: 6)')
    .option(
      '--allow-origin <origin>',
      "let another site's pages watch, as https://example.org; * for all; repeat it for several",
      collect,
    )
    .option('--config <file>', 'a file with settings, in place of ~/.config/framewire/framewire.yaml')
    .option('--log-level <level>', 'error, warn, info or debug (default: info)')
    .option('--log-format <format>', 'text or json, one object a line (default: text on a terminal, else json)')
    .option('--quiet', 'say only what goes wrong: --log-level warn')
    .option('--verbose', 'say more, as each snapshot and each source that is being opened: --log-level debug')
    .version(`framewire ${version}`, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments();
  layOutHelp(command, width);
  return command;
}

/**
 * npm keeps what stands before `--` for itself, and hands on at most a value without its option.
 *
 * @throws FramewireError bad-option
 */
function refuseNpmOptions(command: Command, args: readonly string[], environment: NodeJS.ProcessEnv): void {
  if (environment['npm_lifecycle_event'] !== 'start') return;
  const kept = command.options.flatMap(({ long }) => {
    const value = environment[NPM_PREFIX + (long ?? '').slice(2).replaceAll('-', '_')];
    return long === undefined || value === undefined || args.some(arg => arg.startsWith(long)) ? [] : { long, value };
  });
  const [first] = kept;
  if (first === undefined) return;
  const meant = kept.map(({ long, value }) => `${long} ${value === 'true' ? (args[0] ?? '...') : value}`);
  const sentence = `npm has kept ${first.long} for itself.`;
  throw new FramewireError('bad-option', sentence, `Write -- before the options: npm start -- ${meant.join(' ')}`);
}
