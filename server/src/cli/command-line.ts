import { Command, CommanderError } from 'commander';
import { parseConfig, type Config } from './config.js';
import { FramewireError } from '../errors.js';

const EXAMPLES = `
Sources:
  camera                first camera of this machine
  /dev/video0           that camera (V4L2; raw or MJPG)
  yard.mp4              a video file, looped at its own frame rate
  rtsp://host/path      a camera on the network
  http://host/path      an MJPEG camera, another Framewire's /video_feed, or a picture to be asked for --fps times a second
  opencv:SOURCE         a camera (opencv:0), a file or a URL, read by OpenCV (npm run setup:opencv)
  test                  colour bars, a moving block and a running clock
  NAME=SOURCE           any of these under a name of your own

Examples:
  npm start                                                   the first camera, else the test pattern
  npm start -- --source /dev/video0 --size 640x480 --fps 15
  npm start -- --source gate=/dev/video0 --source yard=yard.mp4
  npm start -- --source camera --transform ./my-step.js       your own OpenCV step in between
  npm start -- --host ::                                      let the whole network watch

Then open http://localhost:8080/ ; a page, a script or VLC can also take
  http://localhost:8080/video_feed?quality=30&width=640&fps=10
  http://localhost:8080/snapshot.jpg
`;

export type CliResult =
  | { kind: 'run'; config: Config }
  /** --help or --version was asked for, and printed. */
  | { kind: 'done' };

/**
 * Reads the command line, without the program's name.
 *
 * @throws FramewireError bad-option or source-unknown.
 */
export function parseCommandLine(args: readonly string[], version: string): CliResult {
  const collect = (value: string, before: string[] = []) => [...before, value];
  const command = new Command('framewire')
    .description('Live frames from a camera to any number of viewers, each at the lowest latency its link allows.')
    .version(`framewire ${version}`, '--version')
    .option(
      '--source <source>',
      'what to stream; repeat it for several streams (default: a camera, else test)',
      collect,
    )
    .option('--size <WxH>', 'size to ask of cameras, in pixels (default: 1280x720 if the camera has it)')
    .option(
      '--fps <number>',
      'frames a second to ask of cameras, 0.01-240 (default: 30 if the camera has it; 1 of a snapshot URL)',
    )
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
    .option('--grace <seconds>', 'close a source so long after its last viewer; "never" keeps it open (default: 10)')
    .option('--max-viewers <number>', 'viewers at the same time, of all streams (default: 1000)')
    .option('--max-renditions <number>', 'different sizes and qualities of one stream at the same time (default: 6)')
    .option(
      '--allow-origin <origin>',
      "let another site's pages watch, as https://example.org; * for all; may be repeated",
      collect,
    )
    .helpOption('--help', 'show this')
    .allowExcessArguments()
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'done' };
    const sentence = error.message.replace(/^error: |\.$/g, '').replace('\n', ' ');
    throw new FramewireError('bad-option', `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`, 'See --help.');
  }
  if (command.args.length > 0) {
    const hint = `Did you mean: --source ${command.args[0] ?? ''}`;
    throw new FramewireError('bad-option', `"${command.args.join(' ')}" is no option.`, hint);
  }
  return { kind: 'run', config: parseConfig(command.opts()) };
}
