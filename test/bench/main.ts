import { writeFileSync } from 'node:fs';
import { CameraShare } from './camera-share.js';
import { contenders, floors, FPS, type Contender } from './contenders.js';
import { machine, warnIfBusy } from './machine/machine.js';
import { measure } from './measure.js';
import { memoryOverTime, type Memory } from './machine/memory.js';
import { benchOptions, HELP, type BenchOptions } from './options.js';
import { figures } from './report/report.js';
import { isFloor, Results } from './report/results.js';
import { targets } from './report/targets.js';

/** Before anything is measured: what a program needs to start is collected, what it runs often is compiled. */
const WARM_UP_SECONDS = 3;
/** For floors that run alone: a 1280x720 picture at quality 30. */
const USUAL_FRAME_BYTES = 54_000;
/** A floor serves for every contender whose frames are this near in size. */
const SAME_SIZE = 0.05;

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

interface Round {
  viewers: readonly number[];
  seconds: number;
  results: Results;
  /** Bytes of the frames that floors have been measured with; the same in each round, that they can be put together. */
  floorSizes: number[];
}

/** One contender with all numbers of viewers, in one life of its server, so that its memory can be compared. */
async function runOne(contender: Contender, { viewers, seconds, results }: Round): Promise<void> {
  const { key, name, skip } = contender;
  if (skip !== undefined) {
    results.add(key, name, `skipped: ${skip}`);
    return;
  }
  try {
    await using target = await contender.start();
    progress(`${name}, warming up`);
    await measure(target, { viewers: Math.min(...viewers), seconds: WARM_UP_SECONDS });
    for (const count of viewers) {
      progress(`${name}, ${count} viewers`);
      results.add(key, name, await measure(target, { viewers: count, seconds }));
    }
  } catch (error) {
    results.add(key, name, `failed: ${firstLine(error)}`);
  }
}

async function runRound(round: Round, isWanted: (key: string) => boolean): Promise<void> {
  const ends = [...new Set([round.viewers[0] ?? 1, round.viewers.at(-1) ?? 1])];
  const done = new Set<number>();
  const runFloors = async (frameBytes: number): Promise<void> => {
    const known = round.floorSizes.find(size => Math.abs(size - frameBytes) < frameBytes * SAME_SIZE);
    const bytes = known ?? frameBytes;
    if (ends.length < 2 || done.has(bytes)) return;
    done.add(bytes);
    if (known === undefined) round.floorSizes.push(bytes);
    for (const floor of floors(bytes)) await runOne(floor, { ...round, viewers: ends });
  };
  for (const contender of contenders()) {
    if (!isWanted(contender.key)) continue;
    await runOne(contender, round);
    // Right after it, so that both met the same machine.
    const bytes = round.results.all().find(({ key }) => key === contender.key)?.readings[0]?.frameBytes;
    if (bytes !== undefined) await runFloors(bytes);
  }
  if (isWanted('floor') && done.size === 0) await runFloors(USUAL_FRAME_BYTES);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

async function runSoak(minutes: number): Promise<Memory> {
  const [framewire] = contenders();
  if (framewire === undefined) return { growth: undefined, said: '' };
  progress(`memory over ${minutes} min`);
  try {
    return await memoryOverTime(framewire, minutes);
  } catch (error) {
    return { growth: undefined, said: `memory over time: failed: ${firstLine(error)}` };
  }
}

/** As it was typed, without `--out`: that tells nothing of what was measured. */
function commandLine(args: readonly string[]): string {
  const told = args.filter((arg, index) => !arg.startsWith('--out') && args[index - 1] !== '--out');
  return ['npm run bench', ...(told.length > 0 ? ['--', ...told] : [])].join(' ');
}

async function main(options: BenchOptions): Promise<void> {
  const isWanted = (key: string): boolean => options.only === undefined || options.only.has(key);
  const header = [
    '# Framewire beside its peers and the floor',
    '',
    machine(),
    '',
    `\`${commandLine(process.argv.slice(2))}\``,
    '',
    `1280x720 at ${FPS} frames a second; each measured ${options.seconds} s, ${options.rounds} round(s).`,
  ].join('\n');
  warnIfBusy(progress);
  const results = new Results();
  const camera = isWanted('camera') ? new CameraShare() : undefined;
  const { viewers, seconds } = options;
  const round: Round = { viewers, seconds, results, floorSizes: [] };
  for (let count = 0; count < options.rounds; count++) {
    if (camera !== undefined) {
      progress("the camera's own share");
      await camera.measure();
    }
    await runRound(round, isWanted);
  }
  const memory = isWanted('soak') ? await runSoak(options.soakMinutes) : undefined;
  const all = results.all();
  const ordered = [...all.filter(result => !isFloor(result)), ...all.filter(isFloor)];
  const text = [
    header,
    ...(camera === undefined ? [] : [camera.said]),
    figures(ordered),
    ...(memory === undefined ? [] : [memory.said]),
    targets(all, { camera, growth: memory?.growth }),
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (options.out !== undefined) writeFileSync(options.out, `${text}\n`);
}

try {
  const options = benchOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
