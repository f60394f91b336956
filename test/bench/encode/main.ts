import { writeFileSync } from 'node:fs';
import { missing } from '../../support/requires.js';
import { machine, warnIfBusy } from '../machine/machine.js';
import { FPS } from './camera.js';
import { measureCaptures, QUALITY } from './capture-figures.js';
import { captureTable } from './report/capture-table.js';
import { measureEncoders } from './encoder-figures.js';
import { encoderTable } from './report/encoder-table.js';
import { ENCODERS } from './encoders.js';
import { encodeBenchOptions, HELP, type EncodeBenchOptions } from './options.js';
import { Others } from './others.js';
import { openScene, type Scene } from './scene.js';

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(options: EncodeBenchOptions): Promise<void> {
  warnIfBusy(progress);
  const head = [machine(), `\`npm run bench:encode -- ${process.argv.slice(2).join(' ')}\``.replace(' -- `', '`')];
  const needsOpenCv = missing('npm run setup:opencv');
  const scene = openScene();
  const parts = [
    ...head,
    ...(needsOpenCv === undefined ? [] : [`OpenCV is left out: ${needsOpenCv}.`]),
    ...(await encoders(options, scene, needsOpenCv === undefined)),
    ...(await captures(options, scene, needsOpenCv === undefined)),
  ];
  const text = parts.join('\n\n');
  process.stdout.write(`${text}\n`);
  if (options.out !== undefined) writeFileSync(options.out, `${text}\n`);
}

async function encoders(options: EncodeBenchOptions, scene: Scene, hasOpenCv: boolean): Promise<string[]> {
  const { pictures, rounds } = options;
  const wanted = ENCODERS.filter(
    ({ key, needsOpenCv }) => options.encoders.includes(key) && (hasOpenCv || !needsOpenCv),
  );
  if (wanted.length === 0) return [];
  const keys = wanted.map(({ key }) => key);
  const others = new Others();
  const readings = await measureEncoders({ keys, pictures, rounds, scene, others, progress });
  const said = `${scene.said}; ${pictures * rounds} encodings for each row. ${meanwhile(others)}`;
  return [said, encoderTable(readings)];
}

async function captures(options: EncodeBenchOptions, scene: Scene, hasOpenCv: boolean): Promise<string[]> {
  const engines = options.captures.filter(engine => hasOpenCv || engine !== 'opencv');
  if (engines.length === 0) return [];
  const { seconds } = options;
  const rounds = Math.ceil(options.rounds / 2);
  const others = new Others();
  const readings = await measureCaptures({ engines, hasOpenCv, seconds, rounds, scene, others, progress });
  if (typeof readings === 'string') return [`The way from the camera is left out: ${readings}.`];
  const said = `Quality ${QUALITY}, ${FPS} frames a second, one viewer, ${seconds * rounds} s for each row.`;
  return [`${said} ${meanwhile(others)}`, captureTable(readings)];
}

/** Much of it, and the figures are not worth much. */
function meanwhile(others: Others): string {
  return `Whatever else ran meanwhile used ${others.cores.toFixed(2)} cores.`;
}

try {
  const options = encodeBenchOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
