import os from 'node:os';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJob, type Done, type Job, type Reply } from './job.js';
import type { Way } from './ways.js';

/**
 * A process that encodes what it is told to and says how long it took. With the argument `whole` it takes the machine
 * for one with a single core, so that the server's encoders cut no picture into slices.
 */

if (process.argv[2] === 'whole') {
  os.availableParallelism = () => 1;
  syncBuiltinESMExports();
}
// Only now: the number of slices is settled when they load.
const { openWay } = await import('./ways.js');

/** Enough for threads to start and for V8 to compile. */
const WARM_UP = 4;

async function work(job: Job): Promise<Done> {
  const inputs = await Promise.all(job.inputs.map(file => readFile(file)));
  const encode = await openWay(job, inputs);
  const bytes = await warmUp(encode, job);
  // What the last job left behind is not to be collected during this one.
  globalThis.gc?.();
  const pixelsMs: number[] = [];
  const encodeMs: number[] = [];
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  for (let n = 0; n < job.pictures; n += 1) {
    if (job.everyMs > 0) await sleep(Math.max(0, startedAt + n * job.everyMs - performance.now()));
    const from = performance.now();
    const { pixelsAt, doneAt } = await encode(n % inputs.length);
    pixelsMs.push(pixelsAt - from);
    encodeMs.push(doneAt - pixelsAt);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { type: 'done', pixelsMs, encodeMs, cpuMs: (user + system) / 1000 / job.pictures, bytes };
}

/** Encodes every input once, writes what comes out where that is wanted. @returns mean bytes of a JPEG. */
async function warmUp(encode: Way, job: Job): Promise<number> {
  const file = job.out === null ? undefined : createWriteStream(job.out);
  let bytes = 0;
  for (let n = 0; n < Math.max(WARM_UP, job.inputs.length); n += 1) {
    const { jpeg } = await encode(n % job.inputs.length);
    if (n >= job.inputs.length) continue;
    bytes += jpeg.length;
    file?.write(jpeg);
  }
  if (file !== undefined) {
    file.end();
    await once(file, 'finish');
  }
  return bytes / job.inputs.length;
}

function say(reply: Reply): void {
  process.send?.(reply);
}

process.on('message', message => {
  work(parseJob(message)).then(say, (error: unknown) =>
    say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
