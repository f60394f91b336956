import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Target } from './contenders.js';
import { percentile } from './report/figures.js';
import { parseReport, type Load, type Order, type Plan, type Report } from './load/plan.js';
import { machineCpuSeconds, usageOf, type Usage } from './machine/process-tree.js';
import type { Reading } from './reading.js';

export interface LoadOptions {
  viewers: number;
  seconds: number;
  /** Viewers whose frames are kept to read their age. Default 8. */
  samples?: number;
  /** Viewers replaced each second. Default 0. */
  churn?: number;
}

const loadClient = fileURLToPath(new URL('load/main.ts', import.meta.url));
/** Viewers whose frames are kept, spread over all in the order in which they came. */
const SAMPLES = 8;
/** From the first frames of all to the measurement: first sizes, caches, compilers, how often is acknowledged. */
const SETTLE_MS = 4_000;

/** Puts a load on the contender. @throws Error when a viewer is refused, lost, or gets nothing. */
export async function measure(target: Target, options: LoadOptions): Promise<Reading> {
  const { pid } = target;
  const { load, watched } = await underLoad(target, options, async counted => {
    const before = { ...usageOf(pid), machine: machineCpuSeconds() };
    const memory = await memoryUntil(counted, pid, 250);
    const after = usageOf(pid);
    return {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      ownCpuSeconds: after.ownCpuSeconds - before.ownCpuSeconds,
      machine: machineCpuSeconds() - before.machine,
      memoryBytes: Math.min(...memory.map(usage => usage.memoryBytes)),
      ownMemoryBytes: Math.min(...memory.map(usage => usage.ownMemoryBytes)),
    };
  });
  return {
    viewers: options.viewers,
    fps: load.fps,
    slowestFps: load.slowestFps,
    frameBytes: load.frameBytes,
    ageP50: percentile(load.ages, 50),
    ageP99: percentile(load.ages, 99),
    serverCores: watched.cpuSeconds / load.seconds,
    servingCores: watched.ownCpuSeconds / load.seconds,
    clientCores: load.clientCores,
    otherCores: Math.max(0, (watched.machine - watched.cpuSeconds) / load.seconds - load.clientCores),
    memoryBytes: watched.memoryBytes,
    ownMemoryBytes: watched.ownMemoryBytes,
    unreadable: load.unreadable,
  };
}

/** Memory of all of the contender's processes while viewers come and go, bytes, one figure a second. */
export async function soak(target: Target, options: LoadOptions): Promise<number[]> {
  const { watched } = await underLoad(target, options, counted => memoryUntil(counted, target.pid, 1_000));
  return watched.map(usage => usage.memoryBytes);
}

async function memoryUntil(end: Promise<void>, pid: number, everyMs: number): Promise<Usage[]> {
  const samples = [usageOf(pid)];
  const timer = setInterval(() => samples.push(usageOf(pid)), everyMs);
  try {
    await end;
    return samples;
  } finally {
    clearInterval(timer);
  }
}

/** @param watch runs while the load client counts; is given the end of that. */
async function underLoad<T>(
  target: Target,
  { viewers, seconds, samples = SAMPLES, churn = 0 }: LoadOptions,
  watch: (counted: Promise<void>) => Promise<T>,
): Promise<{ load: Load; watched: T }> {
  const client = fork(loadClient);
  const say = (order: Order): boolean => client.send(order);
  const messages = on(client, 'message');
  const ended = once(client, 'exit').then(([code]) => {
    throw new Error(`The load client ended (code ${String(code)}).`);
  });
  ended.catch(() => {});
  const next = async <K extends Report['type']>(type: K): Promise<Extract<Report, { type: K }>> => {
    const result: IteratorResult<unknown[], undefined> = await Promise.race([messages.next(), ended]);
    const report = parseReport(result.value?.[0]);
    if (report.type === 'failed') throw new Error(report.reason);
    const isWanted = (given: Report): given is Extract<Report, { type: K }> => given.type === type;
    if (!isWanted(report)) throw new Error(`The load client said ${report.type} in place of ${type}.`);
    return report;
  };
  try {
    const { port, isSecure, protocol } = target;
    const plan: Plan = { type: 'plan', port, isSecure, viewers, protocol, samples, churn };
    say(plan);
    await next('ready');
    await sleep(SETTLE_MS);
    say({ type: 'measure', seconds });
    const counted = next('measured');
    const watched = await watch(counted.then(() => undefined));
    await counted;
    return { load: await next('load'), watched };
  } finally {
    client.kill();
  }
}
