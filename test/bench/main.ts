import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { cameraAges, contenders, floors, FPS, type Contender } from './contenders.js';
import { growth, percentile } from './figures.js';
import { measure, soak } from './measure.js';
import { benchOptions, HELP, type BenchOptions } from './options.js';
import { figures } from './report.js';
import { isFloor, Results } from './results.js';
import { targets, type Extras } from './targets.js';

const SOAK = { viewers: 60, churn: 20 };
/** For floors that run alone: a 1280x720 picture at quality 30. */
const USUAL_FRAME_BYTES = 54_000;
/** A floor serves for every contender whose frames are this near in size. */
const SAME_SIZE = 0.05;

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One contender with all numbers of viewers, in one life of its server, so that its memory can be compared. */
async function runOne(
  contender: Contender,
  key: string,
  viewers: readonly number[],
  seconds: number,
  results: Results,
) {
  const { name } = contender;
  if (contender.skip !== undefined) return results.add(key, name, `skipped: ${contender.skip}`);
  try {
    const target = await contender.start();
    await using _ = target.process;
    for (const count of viewers) {
      progress(`${name}, ${count} viewers`);
      results.add(key, name, await measure(target, { viewers: count, seconds }));
    }
  } catch (error) {
    results.add(key, name, `failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}

async function runRound(options: BenchOptions, results: Results, isWanted: (key: string) => boolean): Promise<void> {
  const { viewers, seconds } = options;
  const ends = [...new Set([viewers[0] ?? 1, viewers.at(-1) ?? 1])];
  const sizes: number[] = [];
  const runFloors = async (bytes: number): Promise<void> => {
    if (ends.length < 2 || sizes.some(size => Math.abs(size - bytes) < bytes * SAME_SIZE)) return;
    sizes.push(bytes);
    const size = `${Math.round(bytes / 1000)} kB`;
    for (const floor of floors(bytes)) {
      await runOne({ ...floor, name: `${floor.name}, ${size}` }, `${floor.key}-${size}`, ends, seconds, results);
    }
  };
  for (const contender of contenders()) {
    if (!isWanted(contender.key)) continue;
    await runOne(contender, contender.key, viewers, seconds, results);
    // Right after it, so that both met the same machine.
    const bytes = results.all().find(({ key }) => key === contender.key)?.readings[0]?.frameBytes;
    if (bytes !== undefined) await runFloors(bytes);
  }
  if (isWanted('floor') && sizes.length === 0) await runFloors(USUAL_FRAME_BYTES);
}

async function runSoak(minutes: number): Promise<{ growth: number | undefined; said: string }> {
  const framewire = contenders().find(({ key }) => key === 'ws');
  if (framewire?.skip !== undefined) return { growth: undefined, said: `skipped: ${framewire.skip}` };
  progress(`memory over ${minutes} min, ${SOAK.viewers} viewers, ${SOAK.churn} replaced each second`);
  try {
    const target = await framewire?.start();
    if (target === undefined) return { growth: undefined, said: '' };
    await using _ = target.process;
    const track = await soak(target, { ...SOAK, seconds: minutes * 60 });
    const tenth = Math.max(1, Math.floor(track.length / 10));
    const points = track.filter((_, second) => second % tenth === 0).map(bytes => (bytes / 1e6).toFixed(0));
    return { growth: growth(track), said: `RSS in MB over ${minutes} min: ${points.join(' ')}` };
  } catch (error) {
    return { growth: undefined, said: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function cameraShare(): Promise<Extras['cameraMs'] & { said: string }> {
  progress("the camera's own share");
  const ages = { YUYV: await cameraAges('YUYV', FPS * 4), MJPG: await cameraAges('MJPG', FPS * 4) };
  const middle = (of: number[] | string) => (typeof of === 'string' ? undefined : percentile(of, 50));
  const said = Object.entries(ages).map(([format, of]) =>
    typeof of === 'string'
      ? `${format} ${of}`
      : `${format} p50 ${percentile(of, 50).toFixed(1)}, p99 ${percentile(of, 99).toFixed(1)}`,
  );
  return {
    YUYV: middle(ages.YUYV),
    MJPG: middle(ages.MJPG),
    said: `The camera's own share of the age, ms: ${said.join('; ')}.`,
  };
}

function machine(): string {
  const [cpu] = cpus();
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `Linux ${release()}, Node ${process.version}`,
    `load before: ${(loadavg()[0] ?? 0).toFixed(2)}`,
  ].join(' · ');
}

async function main(options: BenchOptions): Promise<void> {
  const isWanted = (key: string): boolean => options.only === undefined || options.only.has(key);
  const header = [
    '# Framewire beside its peers and the floor',
    '',
    `${machine()}`,
    '',
    `\`npm run bench -- ${process.argv.slice(2).join(' ')}\``.replace(' -- `', '`'),
    '',
    `1280x720 at ${FPS} frames a second; each measured ${options.seconds} s, ${options.rounds} round(s).`,
  ].join('\n');
  if ((loadavg()[0] ?? 0) > 0.7) progress('Warning: this machine is busy; the figures will not be worth much.');
  const results = new Results();
  const camera = isWanted('camera') ? await cameraShare() : undefined;
  for (let round = 0; round < options.rounds; round++) await runRound(options, results, isWanted);
  const memory = isWanted('soak') ? await runSoak(options.soakMinutes) : undefined;
  const all = results.all();
  const ordered = [...all.filter(result => !isFloor(result)), ...all.filter(isFloor)];
  const text = [
    header,
    ...(camera === undefined ? [] : [camera.said]),
    figures(ordered),
    targets(all, { cameraMs: camera ?? { YUYV: undefined, MJPG: undefined }, growth: memory?.growth }),
    ...(memory === undefined ? [] : [`${SOAK.viewers} viewers, ${SOAK.churn} replaced each second. ${memory.said}`]),
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
