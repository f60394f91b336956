import type { Command, Help } from 'commander';
import { wrap } from './text.js';
import { OPENCV_SETUP, PROGRAM, PROGRAM_WITH } from '../package.js';

/** Below this a term and its meaning do not fit side by side, columns. */
const NARROW = 72;

const INDENT = 2;
const GAP = 2;

type Item = readonly [term: string, meaning: string];

const SOURCES: readonly Item[] = [
  ['camera', 'the first camera of this machine'],
  ['/dev/video0', 'that camera'],
  ['yard.mp4', 'a video file, played again and again at its own rate'],
  ['rtsp://host/path', 'a camera on the network'],
  ['http://host/path', "an MJPEG camera, another Framewire's /video_feed, or one picture, asked for again and again"],
  ['opencv:SOURCE', `a camera (opencv:0), a file or a URL, read by OpenCV (${OPENCV_SETUP})`],
  ['test', 'a test pattern: colour bars, a moving block and a clock'],
  ['NAME=SOURCE', 'any of these under a name of your own'],
];

const EXAMPLES: readonly Item[] = [
  [PROGRAM, 'the first camera, else the test pattern'],
  [`${PROGRAM_WITH} --source /dev/video0 --size 640x480 --fps 15`, ''],
  [`${PROGRAM_WITH} --source "front door=/dev/video0" --source yard.mp4`, ''],
  [`${PROGRAM_WITH} --source camera --transform ./my-step.js`, 'your own OpenCV step in between'],
  [`${PROGRAM_WITH} --host ::`, 'the network may watch, with the token that is printed'],
];

const COMMANDS: readonly Item[] = [
  ['token show', 'prints the addresses with the token; token --help for more: list, add, rotate, remove'],
  ['share gate --for 2h', 'a link that shows one stream for some time'],
];

const PLACES: readonly Item[] = [
  ['/', 'the page'],
  ['/video_feed?width=640&fps=10', 'for <img>, OpenCV, VLC and ffplay'],
  ['/snapshot.jpg', 'one picture'],
];

/** Lays the options out so that they can be read in any terminal. */
export function layOutHelp(command: Command, width: number): void {
  command.configureHelp({
    helpWidth: width,
    formatItem: (term: string, termWidth: number, meaning: string, _helper: Help) =>
      item([term, meaning], termWidth, width),
  });
  const sections = [
    ['Sources:', SOURCES],
    ['Examples:', EXAMPLES],
    ['Instead of options:', COMMANDS],
    ['Then open http://localhost:8080 with one of these behind it:', PLACES],
  ] as const;
  const text = sections.map(([title, items]) => `\n${wrap(title, 0, width)}\n${list(items, width)}\n`).join('');
  command.addHelpText('after', text.trimEnd());
}

function list(items: readonly Item[], width: number): string {
  const termWidth = Math.max(...items.map(([term, meaning]) => (meaning === '' ? 0 : term.length)));
  return items.map(one => item(one, termWidth, width)).join('\n');
}

function item([term, meaning]: Item, termWidth: number, width: number): string {
  const start = ' '.repeat(INDENT) + term;
  if (meaning === '') return start;
  const column = INDENT + termWidth + GAP;
  if (width >= NARROW && column <= width / 2) {
    return start.padEnd(column) + wrap(meaning, column, width);
  }
  const below = INDENT * 3;
  return `${start}\n${' '.repeat(below)}${wrap(meaning, below, width)}`;
}
